"""Tickets, and how chat platforms, answers and time are tied together."""
