"""Column choices as a user types them: ``description="Item Text"``."""

from collections.abc import Sequence

from data.errors import ColumnMappingError


def parse_mapping(written: Sequence[str]) -> dict[str, str]:
    """Read ``field=column`` pairs.

    Raises
    ------
    ColumnMappingError
        If a pair has no "=" or a field is given twice.

    Examples
    --------
    >>> parse_mapping(["description=Item Text", "amount=Net=GBP"])
    {'description': 'Item Text', 'amount': 'Net=GBP'}
    """
    mapping: dict[str, str] = {}
    for pair in written:
        field, separator, column = pair.partition("=")
        field, column = field.strip(), column.strip()
        if not separator or not field:
            raise ColumnMappingError(
                f'Got the map {pair!r}, expected FIELD=COLUMN: write for example description="Item Text".'
            )
        if field in mapping:
            raise ColumnMappingError(f"Got the field {field!r} twice, expected it once: leave one out.")
        mapping[field] = column
    return mapping
