"""Database roles with the least rights they need."""
