"""How a message of the outbox gets to its platform: in its pace, within its quota, and noted."""
