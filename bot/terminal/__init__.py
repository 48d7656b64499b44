"""What can be asked of the program from a terminal."""
