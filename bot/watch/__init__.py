"""What is looked at all the time, and told to somebody when it is due or wrong."""
