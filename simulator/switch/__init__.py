"""What happens to calls on a tenant: the PBX, the floor, routing, and what each of them tells."""
