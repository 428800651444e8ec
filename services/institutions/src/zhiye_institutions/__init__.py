"""Health authorities, medical institutions, and who decides what."""
