"""What the pages of customers read beyond the rooms' own queries."""
