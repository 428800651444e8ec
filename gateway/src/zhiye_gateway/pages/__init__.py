"""What the gateway shows to a browser."""
