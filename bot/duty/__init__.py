"""Who is on call, how shifts change, and what is said of it."""
