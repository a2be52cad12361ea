"""Writing a scheme: the form as data, what is wrong with it, and what its buttons do."""
