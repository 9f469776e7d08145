"""What the apps share about the database: advisory locks, guards, fields and keyset pages."""
