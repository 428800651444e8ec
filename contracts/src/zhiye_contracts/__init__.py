"""What the services promise each other: events, code tables, identifiers, reasons."""
