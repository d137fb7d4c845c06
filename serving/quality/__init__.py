"""The quality of a ledger's data: what is missing or doubtful, and what mending it would do to the total."""
