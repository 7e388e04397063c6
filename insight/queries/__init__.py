"""Reads of Insight."""
