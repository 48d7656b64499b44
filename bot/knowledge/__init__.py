"""The knowledge base in the running bot: matched in memory, brought up to date, read from files."""
