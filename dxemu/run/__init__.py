"""A run: a scenario becomes a job, the job a lab that breaks, its events a result.

Where processes, files and the pure half meet. What happens in a lab is `dxemu.lab`'s, what is printed `dxemu.report`'s.
"""
