"""Plan and host become a running lab: start order, readiness, the routers, handles for faults and probes, cleanup.

Nothing of scenarios: when something happens is `dxemu.run`'s. Nothing is decided here that the plan could say.
"""
