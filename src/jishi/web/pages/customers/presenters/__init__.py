"""Turns what was read into what the templates show."""
