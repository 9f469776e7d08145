"""The security log: who tried to get in, who got in, and what protects an account that was changed."""
