"""From the Common Procurement Vocabulary to divisions of NACE Rev. 2: coarse, but for nearly every code.

CPV 2003 was built on NACE Rev. 1.1: its divisions for goods carry the numbers of NACE divisions. So a code of
CPV 2008 goes to CPV 2003, from there to the division, and from NACE Rev. 1.1 to the divisions of NACE Rev. 2
that took its goods over.
"""

from typing import Final

import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import DataFrame, Series

from data.tables import distinct_sorted, read_csv, rename_columns
from data.taxonomies import cpv

CPV_2003_FILE: Final = "taxonomies/cpv_2008_to_cpv_2003.csv"

NACE_DIVISIONS_OF_CPV_2003: Final = {
    "01": "01",
    "02": "02",
    "05": "03",
    "10": "05 08",  # peat is quarried in NACE Rev. 2
    "11": "06 09",
    "12": "07",
    "13": "07",
    "14": "08",
    "15": "10 11",
    "16": "12",
    "17": "13",
    "18": "14",
    "19": "15",
    "20": "16",
    "21": "17",
    "22": "18 58",  # books and newspapers are publishing
    "23": "19",
    "24": "20 21",
    "25": "22",
    "26": "23",
    "27": "24",
    "28": "25",
    "29": "25 27 28",  # weapons, domestic appliances, machinery
    "30": "26 28",  # computers, other office machinery
    "31": "27",
    "32": "26",
    "33": "21 26 32",  # the vocabulary files pharmaceuticals under medical devices
    "34": "29",
    "35": "30",
    "36": "31 32",
    "37": "38",
    "40": "35",
    "41": "36",
    "45": "41 42 43",
    "50": "33 45 95",
    "52": "47",
    "55": "55 56",
    "60": "49",
    "61": "50",
    "62": "51",
    "63": "52 79",
    "64": "53 61",
    "65": "35 36",
    "66": "64 65",
    "67": "66",
    "70": "68",
    "72": "62 63",
    "73": "72",
    "74": "69 70 71 73 74 78 80 81 82",
    "75": "84",
    "76": "09",
    "77": "01 02 81",
    "78": "18 58 73",
    "80": "85",
    "85": "75 86 87 88",
    "90": "37 38 39 81",
    "91": "94",
    "92": "59 60 90 91 92 93",
    "93": "96",
    "95": "97",
    "99": "99",
}
"""Divisions of CPV 2003 and the divisions of NACE Rev. 2 that hold their goods or services.

Up to 41 the left side is NACE Rev. 1.1 and the right side follows Eurostat's correspondence of the two
revisions, parts of less than a class left out; from 45 on it was assigned by the titles of both.
"""


class CpvToNaceDivision(pa.DataFrameModel):
    """CPV 2008 to division of NACE Rev. 2, several rows where a division was split."""

    cpv_code: Series[str] = pa.Field(str_matches=r"^\d{8}-\d$")
    cpv_2003_code: Series[str] = pa.Field(str_matches=r"^\d{8}-\d$", description="the step in between")
    nace_division: Series[str] = pa.Field(str_matches=r"^\d{2}$")

    class Config:
        """Exactly these columns, in this order, no triple twice."""

        strict = True
        ordered = True
        coerce = True
        unique = ("cpv_code", "cpv_2003_code", "nace_division")


def cpv_to_nace_division() -> DataFrame[CpvToNaceDivision]:
    """Return the divisions of NACE Rev. 2 that a CPV 2008 code can belong to.

    A fifth of the codes have no CPV 2003 code of their own and take those of the closest code above them;
    37000000-8, 98000000-3 and 98200000-5 have nothing above them and lead nowhere.

    Notes
    -----
    Source: Regulation (EC) No 213/2008; the last step is :data:`NACE_DIVISIONS_OF_CPV_2003`.
    """
    bridge = rename_columns(read_csv(CPV_2003_FILE), {"cpv_2008": "mapped", "cpv_2003": "cpv_2003_code"})
    table = cpv()
    parents = dict(zip(table["cpv_code"], table["parent_code"], strict=True))
    mapped = frozenset(bridge["mapped"])
    closest = {code: _climb(code, parents, mapped) for code in parents}
    frame = pd.DataFrame({"cpv_code": closest.keys(), "mapped": closest.values()}).merge(bridge, on="mapped")
    frame["nace_division"] = frame["cpv_2003_code"].str[:2].map(NACE_DIVISIONS_OF_CPV_2003).str.split()
    frame = frame[["cpv_code", "cpv_2003_code", "nace_division"]].explode("nace_division")
    return CpvToNaceDivision.validate(distinct_sorted(frame))


def _climb(code: str, parents: dict[str, str], mapped: frozenset[str]) -> str:
    """Return the closest of a code and the codes above it that is mapped, "" where none is."""
    while code and code not in mapped:
        code = parents[code]
    return code
