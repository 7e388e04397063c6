"""Files become facts: received, understood, answered, and loaded exactly once."""
