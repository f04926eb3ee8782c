"""The durable log behind the tenants' memory."""
