"""HTTP for every app: decorators, rate limits and the client's address."""
