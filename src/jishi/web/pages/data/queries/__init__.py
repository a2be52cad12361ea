"""What the import and quality pages read."""
