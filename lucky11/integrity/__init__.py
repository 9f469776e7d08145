"""Every integrity check of the site, in one list."""
