"""What officials decide by: standard library only."""
