"""The database history of the institutions service."""
