"""Plan's pages."""
