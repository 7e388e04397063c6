"""What people type on Plan's pages."""
