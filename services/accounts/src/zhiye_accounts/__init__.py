"""Accounts: who a person or an organisation is here, and how they prove it."""
