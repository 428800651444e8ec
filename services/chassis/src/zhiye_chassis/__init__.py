"""Plumbing that has never heard of a nurse: bus, database, web, security, telemetry, settings."""
