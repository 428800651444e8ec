"""The national tree of institutions: imported, and searched."""
