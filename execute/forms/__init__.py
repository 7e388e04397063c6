"""What people type on Execute's pages."""
