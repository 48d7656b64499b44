"""Answers: the knowledge base, how a question finds its entry, and the files it comes from."""
