"""Notifications about draws, and the sweeps that send them."""
