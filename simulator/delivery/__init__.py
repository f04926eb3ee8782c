"""What is due, and how messages leave: to targets and on channels."""
