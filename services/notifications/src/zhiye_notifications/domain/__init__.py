"""Texts of messages and rules of delivery; standard library and code tables only."""
