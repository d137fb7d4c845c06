"""Dates as ledgers write them: the order of day and month is told from the whole column."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

import numpy as np
import pandas as pd
from babel import Locale

Order = Literal["day first", "month first"]


@dataclass(frozen=True)
class DateOrder:
    """How a column writes dates such as 03/04/2020, and how that is known.

    Attributes
    ----------
    order
        ``"day first"`` or ``"month first"``.
    evidence
        A sentence for the reading report.
    needed
        Whether the column holds a date that cannot be read without the order.
    """

    order: Order
    evidence: str
    needed: bool


_MONTH_FIRST_COUNTRIES: Final = frozenset({"US", "PH", "FM", "MH", "PW", "GU", "PR", "VI", "AS", "MP"})
_LANGUAGES: Final = ("en", "de", "fr", "es", "nl", "it")
_CLOCK: Final = (
    r"(?:[T ,]+[0-9]{1,2}[:.h][0-9]{2}(?:[:.][0-9]{2}(?:[.,][0-9]+)?)?(?: ?[AaPp]\.?[Mm]\.?)?"
    r" ?(?:Z|UTC|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_YEAR_FIRST: Final = re.compile(rf"([0-9]{{4}})([-/.])([0-9]{{1,2}})\2([0-9]{{1,2}}){_CLOCK}")
_COMPACT: Final = re.compile(r"((?:19|20)[0-9]{2})([01][0-9])([0-3][0-9])(?:\.0)?")
_NUMERIC: Final = re.compile(rf"([0-9]{{1,2}})([-/. ])([0-9]{{1,2}})\2([0-9]{{4}}|[0-9]{{2}}){_CLOCK}")
_WEEKDAY: Final = r"(?:[^\W\d_]+,? )?"
_NAME: Final = r"([^\W\d_]{3,})"
_YEAR: Final = r"([0-9]{4}|[0-9]{2})"
_DAY_MONTH_NAME: Final = re.compile(
    rf"{_WEEKDAY}([0-9]{{1,2}})(?:st|nd|rd|th|er|\.|º)?(?: de)?[-/. ]*{_NAME}\.?(?: de)?[-/., ]*"
    rf"{_YEAR}{_CLOCK}"
)
_MONTH_NAME_DAY: Final = re.compile(
    rf"{_WEEKDAY}{_NAME}\.?[-/ ]*([0-9]{{1,2}})(?:st|nd|rd|th)?(?:, *|[-/ ]+){_YEAR}{_CLOCK}"
)
_MONTH_ONLY: Final = re.compile(
    r"(?P<year>[0-9]{4})[-/.](?P<month>[0-9]{1,2})|(?P<month2>[0-9]{1,2})[-/.](?P<year2>[0-9]{4})"
    r"|(?P<name>[^\W\d_]{3,})\.?[-/ ]+(?P<year3>[0-9]{4}|[0-9]{2})"
)
_SERIAL: Final = re.compile(r"([0-9]{5})(?:[.,][0-9]+)?")
_SERIAL_ORIGIN: Final = dt.date(1899, 12, 30)
_SERIALS: Final = range(20_000, 80_000)
"""Spreadsheet day numbers from 1954 to 2119; other five-digit numbers are not taken for dates."""
_YEARS: Final = range(1950, 2120)
_TWO_DIGIT_PIVOT: Final = 69
"""Two-digit years from 69 on are of the twentieth century, as POSIX has it."""
_MONTHS: Final = 12
_SHOWN_CHARACTERS: Final = 60


def date_order(texts: pd.Series, country: str = "") -> DateOrder:
    """Tell whether a column writes the day or the month first.

    Parameters
    ----------
    texts
        The column, as written.
    country
        ISO 3166-1 alpha-2 of the buyer, used where every date can be read both ways.

    Returns
    -------
    DateOrder
        From the dates with a component above 12; where there is none, month first in the United States and
        the countries that follow its custom, else day first.
    """
    day, month, needed = "", "", False
    days = months = 0
    for text in pd.unique(texts.dropna()):
        found = _NUMERIC.fullmatch(str(text).strip())
        if found is None:
            continue
        first, second = int(found[1]), int(found[3])
        if first > _MONTHS >= second:
            days, day = days + 1, day or found[0]
        elif second > _MONTHS >= first:
            months, month = months + 1, month or found[0]
        elif first != second:
            needed = True
    if days == months:
        by_country: Order = "month first" if country in _MONTH_FIRST_COUNTRIES else "day first"
        reason = (
            "no date of the column tells" if days == 0 else f'"{day}" and "{month}" contradict each other'
        )
        return DateOrder(
            by_country, f"{by_country}, the custom of {country or 'most countries'}: {reason}", needed
        )
    order: Order = "day first" if days > months else "month first"
    example, count = (day, days) if days > months else (month, months)
    against = min(days, months)
    doubt = (
        f', though {against} such as "{month if days > months else day}" read the other way'
        if against
        else ""
    )
    return DateOrder(order, f'{order}: {count} dates such as "{example}" read in no other way{doubt}', needed)


def parse_dates(texts: pd.Series, *, order: DateOrder | None = None, country: str = "") -> pd.DataFrame:
    """Read dates as ledgers write them; what is no date is missing and gets a sentence.

    Read are ISO 8601 (a clock time is dropped), 24/04/2020 and its kin, 2-Jun-06, month names of six
    languages, months alone (their first day), 20200424, and the day numbers of spreadsheets.

    Parameters
    ----------
    texts
        The column, as written; empty and missing cells become NaT without a problem.
    order
        Day or month first; by default :func:`date_order`.
    country
        ISO 3166-1 alpha-2 of the buyer, for :func:`date_order`.

    Returns
    -------
    pandas.DataFrame
        On the index of ``texts``: ``value`` (datetime64, midnight) and ``problem`` (got / expected / what to
        do, or "").
    """
    order = order or date_order(texts, country)
    codes, uniques = pd.factorize(texts.fillna("").astype(str))
    dates = [_parse_date(str(text).strip(), order.order) for text in uniques]
    problems = [
        _problem(str(text)) if date is None and str(text).strip() else ""
        for text, date in zip(uniques, dates, strict=True)
    ]
    values = np.array(
        [np.datetime64("NaT") if date is None else date for date in dates], dtype="datetime64[ns]"
    )
    return pd.DataFrame(
        {
            "value": values[codes],
            "problem": pd.Series(np.array(problems, dtype=object)[codes], dtype="str").to_numpy(),
        },
        index=texts.index,
    )


def _parse_date(text: str, order: Order) -> dt.date | None:
    for pattern, read in _NOTATIONS:
        if found := pattern.fullmatch(text):
            return read(found, order)
    return None


def _read_year_first(found: re.Match[str], _order: Order) -> dt.date | None:
    year, month, day = (int(part) for part in found.groups() if part.isdigit())
    return _date(year, month, day)


def _read_numeric(found: re.Match[str], order: Order) -> dt.date | None:
    first, second = int(found[1]), int(found[3])
    day, month = (first, second) if order == "day first" else (second, first)
    if month > _MONTHS >= day:
        day, month = month, day  # only one reading is a date at all
    return _date(_year(found[4]), month, day)


def _read_day_and_name(found: re.Match[str], _order: Order) -> dt.date | None:
    return _date(_year(found[3]), _month_number(found[2]), int(found[1]))


def _read_name_and_day(found: re.Match[str], _order: Order) -> dt.date | None:
    return _date(_year(found[3]), _month_number(found[1]), int(found[2]))


def _read_month(found: re.Match[str], _order: Order) -> dt.date | None:
    month = _month_number(found["name"]) if found["name"] else int(found["month"] or found["month2"])
    return _date(_year(found["year"] or found["year2"] or found["year3"]), month, 1)


def _read_serial(found: re.Match[str], _order: Order) -> dt.date | None:
    return _SERIAL_ORIGIN + dt.timedelta(days=int(found[1])) if int(found[1]) in _SERIALS else None


_NOTATIONS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str], Order], dt.date | None]], ...]] = (
    (_YEAR_FIRST, _read_year_first),
    (_COMPACT, _read_year_first),
    (_NUMERIC, _read_numeric),
    (_DAY_MONTH_NAME, _read_day_and_name),
    (_MONTH_NAME_DAY, _read_name_and_day),
    (_MONTH_ONLY, _read_month),
    (_SERIAL, _read_serial),
)


def _year(digits: str) -> int:
    year = int(digits)
    if len(digits) > 2:  # noqa: PLR2004 - two-digit years are what this is about
        return year
    return year + (1900 if year >= _TWO_DIGIT_PIVOT else 2000)


def _date(year: int, month: int, day: int) -> dt.date | None:
    if year not in _YEARS:
        return None
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _month_number(name: str) -> int:
    """Return the number of a month by its name or abbreviation, 0 where it is none."""
    return _month_names().get(name.casefold().strip("."), 0)


@cache
def _month_names() -> Mapping[str, int]:
    names: dict[str, int] = {"sept": 9}
    for language in _LANGUAGES:
        months = Locale(language).months
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in months[context][width].items():
                    names.setdefault(name.casefold().strip("."), number)
    return names


def _problem(text: str) -> str:
    got = text.strip()
    if set(got) == {"#"}:
        return f'Got "{got}", as spreadsheets show in too narrow a column; widen it and export again.'
    shown = got if len(got) <= _SHOWN_CHARACTERS else f"{got[:_SHOWN_CHARACTERS]}…"
    return f'Got "{shown}", expected a date such as 2020-04-24; write the date or leave the cell empty.'
