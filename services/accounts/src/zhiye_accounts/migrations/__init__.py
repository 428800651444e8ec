"""Revisions of the accounts database."""
