"""Applications and practice registrations: the heart of the product."""
