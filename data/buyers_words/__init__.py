"""What buyers write, in the project's own words: wordings of purchases, and what well-known suppliers sell.

Classifications name activities ("Knapsacks manufacturing"), ledgers name goods ("RUCKSACK 25L NAVY"). Both
tables were written from general knowledge, category by category, by authors who had the texts of the
classification before them and no labelled line, so that what a model learns from them may be measured on
labelled lines. They are statements about language and trade, not data about anybody's purchases.
"""

from importlib.resources import as_file, files
from typing import Final

import pandas as pd

_HERE: Final = files("data.buyers_words")


def purchase_wordings() -> pd.DataFrame:
    """Read the wordings of purchases.

    Returns
    -------
    pandas.DataFrame
        A row for each: ``naics_code`` (NAICS 2017, six digits), ``text``, and ``record``, the row's name.
    """
    wordings = _read("wordings.csv")
    return wordings.assign(record=[f"wordings:{number}" for number in range(2, len(wordings) + 2)])


def known_suppliers() -> pd.DataFrame:
    """Read what well-known suppliers of public bodies and companies mostly sell.

    Returns
    -------
    pandas.DataFrame
        A row for each supplier and category, likelier ones first: ``supplier``, ``naics_code``
        (NAICS 2017, six digits) and ``rank`` (1, 2 or 3).
    """
    table = _read("suppliers.csv")
    long = table.melt("supplier", var_name="rank", value_name="naics_code", ignore_index=False)
    long["rank"] = long["rank"].str.removeprefix("naics_code_").astype(int)
    long = long[long["naics_code"] != ""].sort_values("rank", kind="stable").sort_index(kind="stable")
    return long[["supplier", "naics_code", "rank"]].reset_index(drop=True)


def _read(name: str) -> pd.DataFrame:
    with as_file(_HERE.joinpath(name)) as path:
        return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
