"""Runs zhiye: the only place that knows every service at once."""
