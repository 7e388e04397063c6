"""Writes of Insight."""
