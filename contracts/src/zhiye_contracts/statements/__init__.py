"""What systems outside state about people: read as it comes, answered with every reason."""
