"""What the sync and the async bulk functions share: rows, the journal, and the rules of one row."""
