"""Structured documents: formats that say themselves which field is which, so that no column is guessed."""
