"""Files of existing records, imported in the background: what every service's import shares."""
