"""Numbers, counts, times and charts, as every app writes them."""
