"""Insight's pages."""
