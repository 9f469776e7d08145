"""How dates and times look where nothing else is asked for: the day first, 24 hours."""
