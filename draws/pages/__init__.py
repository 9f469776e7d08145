"""Reads for the pages about draws. Nothing is decided or changed here."""
