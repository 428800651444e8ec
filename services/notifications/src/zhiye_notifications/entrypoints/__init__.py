"""HTTP routes and the subscription table."""
