"""The players' pages about draws: they translate HTTP to services and queries, and decide nothing."""
