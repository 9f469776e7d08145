"""Every check of the books that the site makes, in one list."""
