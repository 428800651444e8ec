"""Look-ups with the people of the whole country on record, beside the same with few."""
