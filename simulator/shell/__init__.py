"""What waits: connections, heads, bodies, answers."""
