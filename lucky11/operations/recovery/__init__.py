"""Bring back what was lost, row by row, from a restored copy."""
