"""Where a lab runs: the embedded kernel, or the machine's own. Processes, deadlines and the clock live here.

Inside both, the first process is `guest`, which runs one `job` and tells its events over a `channel`. Outside, `follow`
starts it and ends it. The kernel is built, stored and proved here, and confined by Landlock and seccomp. Nothing of
networks: those are `dxemu.netlink` and `dxemu.lab`.
"""
