"""Writes of Plan."""
