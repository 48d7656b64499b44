"""Where tickets, questions, messages and knowledge are kept."""
