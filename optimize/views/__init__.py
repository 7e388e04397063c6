"""Optimize's pages."""
