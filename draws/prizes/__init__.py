"""Prizes that are not coins: claiming, sending, and passing them on to a reserve."""
