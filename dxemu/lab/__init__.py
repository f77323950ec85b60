"""Plan and host become a running lab: start order, readiness, the routers, handles for faults and probes, cleanup."""
