"""Who notices a failure, and when: outages as sums of protocol timers. Pure; it never sees a measurement."""
