"""What ledgers call overheads, with every category that an expert accepts: to measure with, not to train on.

The lines were written from general knowledge, without sight of the wordings that a model learns from, of any
labelled line or of any ledger. Most name a service as an account does ("ELEC HH SUPPLY OCT", "Window
cleaning"); some name goods in words of a service ("Electricity meter", "Laundry detergent"). They say nothing
about how often such lines occur.
"""

from importlib.resources import as_file, files
from typing import Final

import pandas as pd

_HERE: Final = files("data.overheads")


def overhead_lines() -> pd.DataFrame:
    """Read the lines, which are for evaluation only: no model that is measured by them may learn from them.

    Returns
    -------
    pandas.DataFrame
        A row for each: ``description``, ``supplier`` ("" for most), ``country`` (GB or US) and ``accepted``
        (a tuple of NAICS 2017 codes, six digits, best first).
    """
    with as_file(_HERE.joinpath("lines.csv")) as path:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    codes = [tuple(cell.split("|")) for cell in table["accepted"]]
    return table.assign(accepted=pd.Series(codes, index=table.index, dtype=object))
