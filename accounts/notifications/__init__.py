"""Notifications: each fact once, by email and on the site, as far as the player wants to hear of it."""
