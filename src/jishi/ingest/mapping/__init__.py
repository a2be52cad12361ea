"""Which column is which field: the catalogue of fields, matching of headings, recipes."""
