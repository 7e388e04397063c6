"""Execute's writes."""
