"""Reads of Plan."""
