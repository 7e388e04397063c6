"""What people type on Insight's pages."""
