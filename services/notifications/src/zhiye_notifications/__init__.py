"""SMS, email and the in-app inbox."""
