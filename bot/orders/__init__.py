"""What is asked of the bot in a command, or in words that mean one."""
