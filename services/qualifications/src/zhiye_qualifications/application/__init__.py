"""Use cases: feeding a batch, reading batches, finding qualifications."""
