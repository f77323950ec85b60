"""Where a lab runs: the embedded kernel, or the machine's own. Processes, deadlines and the clock live here.

Inside both, the first process is `guest`, which runs one `job` and tells its events over a `channel`.
Outside, `follow` starts it and ends it. What this differs in from the architecture's sketch: the
kernel gets two small patches (`kernel/patches`), without which the guest's root could write what the
user can write, and a seed would not repeat a run.
"""
