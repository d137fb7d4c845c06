"""The content of a column: what its values look like, whatever its header says."""

from dataclasses import dataclass
from typing import Final

import pandas as pd

from features.amounts import DecimalConvention, currency_in, parse_amounts
from features.dates import parse_dates
from serving.documents.countries import country_code
from serving.documents.scans import MARKED, scanned_gtin

LONE_DASH: Final = r"\s*[£$€]?\s*[-\u2010-\u2015\u2212]\s*"
"""Zero in the accounting format of spreadsheets, "nothing" elsewhere."""
_SAMPLE: Final = 400
_WORDS: Final = r"[^\W\d_]{3,}"
_LEGAL_FORMS: Final = (
    r"(?i)\b(?:ltd|limited|plc|llp|llc|inc|corp|corporation|gmbh|ag|kg|ohg|ug|mbh|sarl|sas|sa|srl|spa|bv|nv|s\.?l\.?u?"
    r"|s\.?p\.?a|b\.?v|n\.?v|oy|ab|as|aps|co|company|council|university|nhs|trust)\b\.?"
)
_DECIMALS: Final = r"[.,][0-9]{1,2}(?![0-9])"
_CODE: Final = r"(?=.*[0-9])[0-9A-Za-z][0-9A-Za-z.\-/]{1,17}"
_QUANTITY_WITH_UNIT: Final = r"[0-9][0-9., ]* ?[^\W\d_]{1,10}\.?"
_UNIT_CHARACTERS: Final = 20
_GTIN_SHAPE: Final = rf"[0-9]{{10,14}}|[0-9][.,][0-9]+[eE]\+1[0-3]|(?:{MARKED}).*"
"""Digits as many as in a GTIN, what a spreadsheet makes of them, or a scan; eight digits may be anything."""
_GTIN_LENGTHS: Final = frozenset({8, 12, 13, 14})
_EITHER_MARK: Final = DecimalConvention(
    ".", "whether a cell is an amount does not hang on its mark", needed=False
)
_SPREADSHEET_DAY: Final = r"[0-9]{5}(?:[.,][0-9]+)?"


@dataclass(frozen=True)
class ColumnContent:
    """Shares (0 to 1) of the filled cells of a column that look like something, from a sample of it.

    ``unique`` is true where no two filled cells of the whole column are equal.
    """

    filled: float
    amounts: float
    decimals: float
    dates: float
    day_numbers: float
    words: float
    currencies: float
    countries: float
    gtins: float
    gtin_shaped: float
    codes: float
    legal_forms: float
    unit_like: float
    quantities_with_unit: float
    distinct: float
    unique: bool
    mean_characters: float
    samples: tuple[str, ...]


def describe_content(column: pd.Series) -> ColumnContent:
    """Describe the values of a column of text, from a sample spread over its whole length."""
    stripped = column.str.strip()
    cells = stripped[stripped.ne("") & ~stripped.str.fullmatch(LONE_DASH)]
    sample = cells.iloc[:: max(1, len(cells) // _SAMPLE)].iloc[:_SAMPLE] if len(cells) else cells
    values = sample.reset_index(drop=True)
    counts = max(len(values), 1)
    amounts = parse_amounts(values, convention=_EITHER_MARK)["value"].notna()
    day_numbers = values.str.fullmatch(_SPREADSHEET_DAY)
    dates = parse_dates(values)["value"].notna()
    short = values.str.len() <= _UNIT_CHARACTERS

    def share(mask: pd.Series) -> float:
        return float(mask.sum()) / counts

    return ColumnContent(
        filled=len(cells) / max(len(column), 1),
        amounts=share(amounts),
        decimals=share(amounts & values.str.contains(_DECIMALS)),
        dates=share(dates & ~day_numbers),
        day_numbers=share(dates & day_numbers),
        words=share(values.str.contains(_WORDS) & ~dates),
        currencies=share(values.map(lambda cell: currency_in(cell) != "").astype(bool)),
        countries=share(values.map(lambda cell: country_code(cell) != "").astype(bool)),
        gtins=share(values.map(lambda cell: is_gtin(cell) or scanned_gtin(cell) != "").astype(bool)),
        gtin_shaped=share(values.str.fullmatch(_GTIN_SHAPE)),
        codes=share(values.str.fullmatch(_CODE) & ~dates),
        legal_forms=share(values.str.contains(_LEGAL_FORMS)),
        unit_like=share(short & ~amounts & ~dates),
        quantities_with_unit=share(values.str.fullmatch(_QUANTITY_WITH_UNIT)),
        distinct=values.nunique() / counts,
        unique=len(cells) > 0 and cells.is_unique,
        mean_characters=float(values.str.len().mean()) if len(values) else 0.0,
        samples=tuple(str(value)[:80] for value in values.drop_duplicates().head(3)),
    )


def is_gtin(text: str) -> bool:
    """Tell whether text is a GTIN-8, -12, -13 or -14 with a right check digit (GS1 7.9)."""
    if len(text) not in _GTIN_LENGTHS or not text.isascii() or not text.isdigit() or not text.strip("0"):
        return False
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(text)))
    return weighted % 10 == 0
