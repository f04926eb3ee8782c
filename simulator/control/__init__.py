"""The control API, ``/_sim``: what a user of the simulator may ask of it. Its contract stands beside it."""
