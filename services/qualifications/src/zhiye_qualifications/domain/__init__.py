"""What a record of a qualification is, and what becomes of one that is sent. Pure."""
