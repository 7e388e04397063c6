"""Execute's reads."""
