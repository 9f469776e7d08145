"""A production as docs/deployment.md describes it: servers, roles with passwords, and files of variables."""
