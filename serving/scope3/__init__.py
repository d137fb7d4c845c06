"""Scope 3: which category of the GHG Protocol's standard each line belongs to, and what they add up to."""
