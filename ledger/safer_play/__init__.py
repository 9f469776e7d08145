"""Safer play: spending limits, and the page that shows them with the player's breaks."""
