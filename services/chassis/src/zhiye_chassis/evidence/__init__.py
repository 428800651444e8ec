"""Evidence: files that people bring to what they ask for, kept as they are and handed out inert."""
