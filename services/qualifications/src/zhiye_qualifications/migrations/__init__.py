"""Alembic revisions of the qualifications database, in order."""
