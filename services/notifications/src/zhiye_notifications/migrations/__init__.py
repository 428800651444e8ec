"""The database history of the notifications service."""
