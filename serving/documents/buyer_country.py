"""The country of the buyer: given, stated by a column, or told from the money that the ledger is kept in."""

from typing import Final

import pandas as pd

from features.amounts import currency_of_country
from serving.documents.countries import country_code
from serving.documents.phrases import cells_text, lines_text
from serving.documents.so_far import ReadSoFar

_MAIN_SHARE: Final = 0.8
"""A currency on this share of the lines is that of the books; others are purchases abroad."""


def stated_countries(source: pd.DataFrame, column: str, given: str, notes: list[str]) -> pd.Series:
    """Return ISO 3166-1 alpha-2 per row as the user or a column states it, "" where neither does.

    Parameters
    ----------
    source
        The ledger as text.
    column
        The one that names countries, or "".
    given
        ISO 3166-1 alpha-2 as the user gives it, or ""; it wins.
    notes
        Gets a sentence where there is something to know.
    """
    if given:
        if column:
            notes.append(f'Country: {given} as given, whatever column "{column}" says.')
        return pd.Series(given, index=source.index, dtype="str")
    if not column:
        return pd.Series("", index=source.index, dtype="str")
    cells = source[column].str.strip()
    codes = cells.map({cell: country_code(cell) for cell in cells.unique()}).astype("str")
    unknown = cells[codes.eq("") & cells.ne("")]
    doubt = f"; {cells_text(unknown)} name no country" if len(unknown) else ""
    notes.append(f'Country: column "{column}" taken for the buyer\'s{doubt}; say --country if it is not.')
    return codes


def inferred_countries(
    stated: pd.Series, currencies: pd.Series, so_far: ReadSoFar, notes: list[str]
) -> pd.Series:
    """Fill countries that nobody stated with the one whose money a line is in, where there is just one.

    Parameters
    ----------
    stated
        From :func:`stated_countries`.
    currencies
        ISO 4217 per row, "" where unknown. Where nearly all rows of a ledger are in one currency, it speaks
        for the others too: a British buyer pays some suppliers in euro.
    so_far
        Of the rows above: their main currency is that of these rows, too.
    notes
        Gets a sentence for every country inferred.

    Returns
    -------
    pandas.Series
        ISO 3166-1 alpha-2 per row, "" where the money tells nothing (EUR).
    """
    open_rows = stated.eq("")
    known = currencies[currencies.ne("")]
    if not open_rows.any() or known.empty:
        return stated
    main = so_far.once("main currency", lambda: _main_currency(known))
    money = pd.Series(main, index=currencies.index, dtype="str") if main else currencies
    countries = money.map({code: country_of_currency(code) for code in money.unique()}).astype("str")
    inferred = countries.where(open_rows, "")
    for country, count in inferred[inferred.ne("")].value_counts().items():
        own = currency_of_country(str(country))
        notes.append(
            f"Country: {lines_text(count)} taken for {country}, whose money {own} is; "
            "say --country if that is wrong."
        )
    return countries.where(open_rows, stated)


def _main_currency(known: pd.Series) -> str:
    shares = known.value_counts(normalize=True)
    return str(shares.index[0]) if shares.iloc[0] >= _MAIN_SHARE else ""


def country_of_currency(currency: str) -> str:
    """Return the country that a currency is named after, "" for one that several countries share.

    An ISO 4217 code begins with the ISO 3166-1 code of its country; EUR and the codes from X do not.

    Examples
    --------
    >>> country_of_currency("GBP"), country_of_currency("USD"), country_of_currency("EUR")
    ('GB', 'US', '')
    """
    country = country_code(currency[:2])
    return country if country and currency_of_country(country) == currency else ""
