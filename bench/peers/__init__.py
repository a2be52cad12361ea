"""The same work by hand, with other tools."""
