"""Procedures for operators, by verb; the commands and the schedule call them."""


class OperationError(Exception):
    """A procedure was not done, or not whole; the message says what that means and what to do."""
