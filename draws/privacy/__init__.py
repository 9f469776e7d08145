"""What becomes of tickets and prizes when a player downloads their data or leaves."""
