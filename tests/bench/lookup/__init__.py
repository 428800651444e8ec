"""The look-up by certificate number, through the gateway and without anything around it."""
