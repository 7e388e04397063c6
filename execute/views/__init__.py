"""Execute's pages."""
