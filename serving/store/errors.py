"""What can go wrong with the audit store, one error a fact."""

from data.errors import LedgerprintError


class StoreError(LedgerprintError):
    """Anything about the audit store that a user can put right."""


class StoreUnavailableError(StoreError):
    """The database cannot be reached, opened or written to."""


class StoreVersionError(StoreError):
    """The database was made by another version of the program."""


class CanonicalFormError(StoreError):
    """A value without a canonical form: NaN, an infinity, a key that is no text, a type unknown to JSON."""


class TenantError(StoreError):
    """A tenant that does not exist, or whose name cannot be used."""


class KeyNameError(StoreError):
    """A key whose name does not say whose it is."""


class KeyRefusedError(StoreError):
    """An API key that is malformed, unknown or revoked; which of them is not said."""


class UnknownKeyError(StoreError):
    """A key that is to be revoked and does not exist."""


class ScopeError(StoreError):
    """A key without the scope that an act asks for."""


class UnknownEstimateError(StoreError):
    """An estimate that the tenant does not have."""


class CursorError(StoreError):
    """A cursor that is none, or belongs to another search."""


class IdempotencyMismatchError(StoreError):
    """An idempotency key that came with another body before."""


class IdempotencyInProgressError(StoreError):
    """A request of the same idempotency key that is still being answered.

    Attributes
    ----------
    retry_after_seconds
        When to ask again.
    """

    def __init__(self, message: str, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class ClaimLostError(StoreError):
    """A request that took so long that another one answered in its place."""


class ReviewError(StoreError):
    """A review that does not fit the state of the estimate, or says nothing."""


class PeriodError(StoreError):
    """A reporting period that cannot be closed, reopened or found."""


class ClosedPeriodError(StoreError):
    """A line dated in a closed reporting period, which is locked."""


class SupplierFigureError(StoreError):
    """A supplier's figure without goods it is about, or without a usable number."""


class RetentionError(StoreError):
    """Payloads that must not be reduced: their lines are dated outside of closed periods."""


class UnknownJobError(StoreError):
    """A bulk job that the tenant does not have."""


class JobStateError(StoreError):
    """A bulk job that has ended, or is not as far as an act asks for."""


class HeadsError(StoreError):
    """A file of chain heads that cannot be read."""


class CatalogueError(StoreError):
    """A catalogue, or an item of it, that cannot be used."""
