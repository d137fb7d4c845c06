"""NAICS, the key of the US factors: titles, class descriptions, and the index of activities."""

from typing import Final, Literal

import pandera.pandas as pa
from pandera.typing.pandas import DataFrame, Series

from data.tables import one_line, read_csv, read_sheet, rename_columns

NaicsEdition = Literal[2017, 2022]

TITLES_FILE: Final = "taxonomies/naics_2017_titles.csv"
DESCRIPTIONS_FILE: Final = "taxonomies/naics_2017_descriptions.xlsx"
INDEX_FILES: Final[dict[NaicsEdition, str]] = {
    2017: "taxonomies/naics_2017_index.xlsx",
    2022: "taxonomies/naics_2022_index.xlsx",
}

_ANY_LEVEL: Final = r"^(\d{2,6}|31-33|44-45|48-49)$"
_NOTE_INSTEAD_OF_CODE: Final = "******"
_CROSS_REFERENCES: Final = r"(?is)\bcross-references\..*"


class NaicsTitles(pa.DataFrameModel):
    """Titles of NAICS 2017 at every level, from the sector (two digits or a range) to six digits."""

    naics_code: Series[str] = pa.Field(str_matches=_ANY_LEVEL, unique=True)
    title: Series[str] = pa.Field(str_length={"min_value": 1})

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True


class NaicsDescriptions(pa.DataFrameModel):
    """What an establishment of each NAICS 2017 class does, as the Census Bureau writes it."""

    naics_code: Series[str] = pa.Field(str_matches=_ANY_LEVEL, unique=True)
    title: Series[str] = pa.Field(str_length={"min_value": 1})
    description: Series[str] = pa.Field(description='"" where the publisher gives none')

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True


class NaicsIndex(pa.DataFrameModel):
    """Index entries, each a short text that leads to one six-digit code."""

    naics_code: Series[str] = pa.Field(str_matches=r"^\d{6}$")
    entry: Series[str] = pa.Field(str_length={"min_value": 1})

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True


def naics_titles() -> DataFrame[NaicsTitles]:
    """Return the titles of NAICS 2017, of the 1,057 six-digit codes and every level above."""
    frame = rename_columns(
        read_csv(TITLES_FILE), {"NAICS 2017": "naics_code", "2017 NAICS US Title": "title"}
    )
    frame["title"] = one_line(frame["title"])
    return NaicsTitles.validate(frame)


def naics_descriptions() -> DataFrame[NaicsDescriptions]:
    """Return the descriptions of NAICS 2017.

    A five-digit class that has a single six-digit class below it only points to that one; here it carries the
    text it points to. Titles lose the "T" that stands for a trilateral agreement and the cross references at
    the end of a text are left out, because they name what the class does not hold.
    """
    frame = rename_columns(
        read_sheet(DESCRIPTIONS_FILE, "2017_NAICS_Descriptions"),
        {"Code": "naics_code", "Title": "title", "Description": "description"},
    )
    # every title also stands in the list of titles, where no such mark exists
    titles = naics_titles().set_index("naics_code")["title"]
    frame["title"] = frame["naics_code"].map(titles)
    text = frame["description"].replace("NULL", "").str.replace(_CROSS_REFERENCES, "", regex=True)
    pointed_at = text.str.extract(r"^\s*See industry description for (\d{6})\.?\s*$", expand=False)
    by_code = text.set_axis(frame["naics_code"])
    frame["description"] = one_line(pointed_at.map(by_code).fillna(text))
    return NaicsDescriptions.validate(frame)


def naics_index(edition: NaicsEdition = 2017) -> DataFrame[NaicsIndex]:
    """Return the index of activities of an edition of NAICS, without the notes at its end.

    The codes are those of the edition asked for: carry 2022 over with
    :func:`data.concordances.naics_2022_to_2017`. Some entries stand under two codes, and the wholesale (42)
    and retail (44-45) classes repeat goods that manufacturing (31-33) lists.
    """
    frame = rename_columns(
        read_sheet(INDEX_FILES[edition], f"{edition}NAICS"),
        {f"NAICS{edition % 100}": "naics_code", "INDEX ITEM DESCRIPTION": "entry"},
    )
    frame["entry"] = one_line(frame["entry"])
    frame = frame[frame["naics_code"] != _NOTE_INSTEAD_OF_CODE].drop_duplicates(ignore_index=True)
    return NaicsIndex.validate(frame)
