"""A run: a scenario becomes a job, the job a lab that breaks, its events a result."""
