"""Watching the site: health, metrics, logs, alerts and reports."""
