"""A player's own data: a copy to download, account deletion, redaction and retention."""
