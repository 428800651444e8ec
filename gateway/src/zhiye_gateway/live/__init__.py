"""Live updates: events of the bus, told to those they concern as server-sent events."""
