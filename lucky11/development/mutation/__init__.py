"""bin/mutate: plants mistakes, one at a time, and says which of them no test notices."""
