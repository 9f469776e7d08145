"""Django's PostgreSQL, with a pool for web processes that is as good as new once the server is back."""
