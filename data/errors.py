"""The errors of this product: one base, one leaf per domain fact.

A message always says what was got, what was expected and what to do about it. Commands print it as one
sentence and leave with status 2; the service turns it into a problem document.
"""


class LedgerprintError(Exception):
    """Anything that a user can put right; its text is shown as it is, without a traceback."""


class MissingDataError(LedgerprintError):
    """A reference file lies nowhere it was looked for and cannot be downloaded."""


class AlteredDataError(LedgerprintError):
    """A reference file is there, but its bytes are not those of the catalogue."""


class UnknownSourceError(LedgerprintError):
    """A name that the catalogue of sources does not hold."""


class UnreadableDocumentError(LedgerprintError):
    """An input file that cannot be read as any known kind of document."""


class ColumnMappingError(LedgerprintError):
    """The columns of a ledger cannot be told apart, or a mapping names a column that is not there."""


class UnknownCurrencyError(LedgerprintError):
    """A currency without an exchange rate."""


class UnknownFactorSetError(LedgerprintError):
    """A factor set that the bundle does not hold."""


class BundleError(LedgerprintError):
    """A model bundle that is missing, incomplete, altered or of another format."""


class EncoderMismatchError(LedgerprintError):
    """The text encoder at hand is not the one a bundle was made with."""


class OutputError(LedgerprintError):
    """An output that cannot be written as asked."""
