"""Chat platforms: what they send becomes `Incoming`, and `Outgoing` becomes what they take."""
