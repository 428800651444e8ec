"""Tables, the outgoing queue, and the providers that carry messages out."""
