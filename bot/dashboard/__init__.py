"""The pages for the people who run the service: open tickets, one ticket with its archive, undelivered messages."""
