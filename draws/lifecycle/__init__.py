"""The life of a draw: publish, cancel, freeze, draw, settle or void, and what staff change on the way."""
