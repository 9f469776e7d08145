"""Procedures for operators, by verb; the commands and the schedule call them."""


class OperationError(Exception):
    """A procedure failed or was not completed; the message says what that means and what to do."""
