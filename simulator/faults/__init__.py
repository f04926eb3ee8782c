"""What goes wrong on purpose, where we send and where we answer."""
