"""A tenant in memory: its records, calls, jobs, clock and journal, and units of work on them."""
