"""Languages: which are offered, how a reader's is found, and how each writes dates."""
