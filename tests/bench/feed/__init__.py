"""The exam centre's feed at national scale: from HTTP to the registration service."""
