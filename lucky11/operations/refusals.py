"""Why a procedure did not do what it was asked for."""


class OperationRefused(Exception):
    """What happened, what it means for the site's data, and what to do, in a sentence or two."""
