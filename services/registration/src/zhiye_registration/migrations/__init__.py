"""The history of the registration database."""
