"""What can go wrong with drafts, one error a fact."""

from data.errors import LedgerprintError


class UnknownDraftError(LedgerprintError):
    """A draft that the tenant does not have, or not any more."""
