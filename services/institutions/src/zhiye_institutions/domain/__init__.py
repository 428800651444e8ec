"""Rules about regions and institutions; standard library and code tables only."""
