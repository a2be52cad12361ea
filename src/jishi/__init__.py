"""Jishi (基石): key account management, from orders to promises kept."""

__version__ = "0.1.0"
