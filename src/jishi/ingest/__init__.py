"""Files and feeds → customers and facts: parsing, mapping, batches, row errors, undo of a batch."""
