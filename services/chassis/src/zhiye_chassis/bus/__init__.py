"""Outbox, relay, carriers, inbox, consumer, retries and dead letters."""
