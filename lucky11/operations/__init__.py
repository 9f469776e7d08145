"""Procedures for operators, by verb; the commands and the schedule call them."""
