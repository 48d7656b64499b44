"""The rules of a ticket's life: what a step leads to, what an event changes, when to look again."""
