"""What the pages about draws read. Nothing is decided or changed here."""
