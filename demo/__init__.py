"""The demonstration: a simulated company whose truth is written down. Nothing imports it."""
