"""A user's own labels: what lines are, or what they weigh in CO2e, as a table that joins the training."""

import csv
import difflib
import hashlib
import io
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import Series

from data.errors import LedgerprintError

USER_LABELS_PREFIX: Final = "user labels/"
"""Begins the name of a file of labels among the data versions of a run."""
USER_LABELS_ARTIFACT: Final = "user_labels"
"""Folder of the files of labels among the artifacts of a run."""


class UserLabelsError(LedgerprintError):
    """A file of labels of which no line can be used."""


class UserLabels(pa.DataFrameModel):
    """Labelled lines of a user: the category, the footprint and what to divide it by, or both."""

    row: Series[int] = pa.Field(gt=1, unique=True, description="line of the file, the header being line 1")
    description: Series[str] = pa.Field(str_length={"min_value": 1})
    supplier: Series[str]
    category_code: Series[str] = pa.Field(str_matches=r"^(\d{6})?$", description="NAICS 2017, '' for none")
    kg_co2e: Series[float] = pa.Field(
        gt=0, nullable=True, description="of the line, kg CO2e, cradle to gate; NaN for none"
    )
    mass_kg: Series[float] = pa.Field(gt=0, nullable=True, description="of the line")
    amount: Series[float] = pa.Field(gt=0, nullable=True, description="net, in money of `currency`")
    currency: Series[str] = pa.Field(str_matches=r"^([A-Z]{3})?$", description="ISO 4217")
    date: Series[pd.Timestamp] = pa.Field(nullable=True, description="of the purchase")
    weight: Series[float] = pa.Field(gt=0, description="against 1 of a labelled line of the reference data")
    who: Series[str] = pa.Field(description="who labelled the line")

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True


USER_LABEL_FIELDS: Final = tuple(UserLabels.to_schema().columns)
_COLUMNS: Final = USER_LABEL_FIELDS[1:]
_MAX_WEIGHT: Final = 100.0


@dataclass(frozen=True)
class LabelProblem:
    """A line that cannot be used: what was got, what was expected and what to do."""

    row: int
    got: str
    expected: str
    remedy: str

    def __str__(self) -> str:
        """Say it as a sentence."""
        return f"Line {self.row}: got {self.got}, expected {self.expected}: {self.remedy}."


@dataclass(frozen=True)
class ReadLabels:
    """A file of labels as read.

    Attributes
    ----------
    name, sha256
        Of the file.
    labels
        :class:`UserLabels`, the lines that can be used.
    problems
        One for each line that cannot.
    """

    name: str
    sha256: str
    labels: pd.DataFrame
    problems: list[LabelProblem]


class _UnusableError(Exception):
    """Got, expected, remedy."""


def read_user_labels(path: Path, codes: Collection[str]) -> ReadLabels:
    """Read a CSV file of labels.

    Parameters
    ----------
    path
        UTF-8, commas, a header with ``description`` and ``category_code`` or ``kg_co2e``; a footprint needs
        ``mass_kg`` or ``amount`` and ``currency`` beside it. Optional: ``supplier``, ``date``
        (YYYY-MM-DD), ``weight`` (1), ``who``.
    codes
        NAICS 2017 codes that the model knows.

    Returns
    -------
    ReadLabels
        Lines that cannot be used are named; the rest goes on.

    Raises
    ------
    UserLabelsError
        If the file cannot be read, lacks a column or has an unknown one, or no line of it can be used.
    """
    if not path.is_file():
        raise UserLabelsError(f"Got no file {path}, expected a CSV file of labels: check the path.")
    content = path.read_bytes()
    columns, records = _records(content, path)
    _check_columns(columns, path)
    rows, problems = [], []
    said: dict[tuple[str, str], tuple[int, str]] = {}
    for number, cells in records:
        try:
            label = _label(number, _by_column(columns, cells), codes)
            _check_agreement(label, said)
            rows.append(label)
        except _UnusableError as error:
            problems.append(LabelProblem(number, *error.args))
    if not rows:
        first = f" {problems[0]}" if problems else ""
        raise UserLabelsError(f"Got no usable label in {path}, expected at least one.{first}")
    labels = UserLabels.validate(pd.DataFrame(rows, columns=list(USER_LABEL_FIELDS)))
    return ReadLabels(path.name, hashlib.sha256(content).hexdigest(), labels, problems)


def _records(content: bytes, path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Read the header, and the cells of every line that is not empty, with the number of its last line."""
    try:
        reader = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        columns = [name.strip() for name in next(reader, [])]
        return columns, [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except (UnicodeDecodeError, csv.Error) as error:
        raise UserLabelsError(
            f"Got {path}, which cannot be read ({error}), expected CSV in UTF-8 with commas: save it so."
        ) from error


def _by_column(columns: list[str], cells: list[str]) -> dict[str, str]:
    if len(cells) != len(columns):
        raise _UnusableError(
            f"{len(cells)} cells", f"{len(columns)}", "put texts that hold a comma into double quotes"
        )
    return {name: cell.strip() for name, cell in zip(columns, cells, strict=True)}


def _check_columns(columns: list[str], path: Path) -> None:
    for column in columns:
        if columns.count(column) > 1:
            raise UserLabelsError(f"Got column {column!r} twice in {path}, expected it once: leave one out.")
        if column not in _COLUMNS:
            close = difflib.get_close_matches(column, _COLUMNS, n=1, cutoff=0.6)
            hint = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(_COLUMNS)}."
            raise UserLabelsError(f"Got column {column!r} in {path}, expected columns of a label: {hint}")
    if "description" not in columns or not {"category_code", "kg_co2e"} & set(columns):
        raise UserLabelsError(
            f"Got the columns {columns} in {path}, expected 'description' and 'category_code' or 'kg_co2e': "
            "add them."
        )


def _label(number: int, cells: Mapping[str, str], codes: Collection[str]) -> dict[str, Any]:
    """Turn a line into a label, or say what is wrong with it."""
    label: dict[str, Any] = {"row": number, **{name: cells.get(name, "") for name in _COLUMNS}}
    if not label["description"]:
        raise _UnusableError("no description", "what was bought", "fill it in or leave the line out")
    if not label["category_code"] and not label["kg_co2e"]:
        raise _UnusableError("no label", "a category_code or kg_co2e", "fill one in or leave the line out")
    label["category_code"] = _code(label["category_code"], codes)
    for name in ("kg_co2e", "mass_kg", "amount"):
        label[name] = _number(name, label[name]) if label[name] else math.nan
    label["weight"] = _number("weight", label["weight"], _MAX_WEIGHT) if label["weight"] else 1.0
    label["currency"] = _currency(label["currency"])
    label["date"] = _date(label["date"])
    per_money = not math.isnan(label["amount"]) and label["currency"]
    if not math.isnan(label["kg_co2e"]) and math.isnan(label["mass_kg"]) and not per_money:
        raise _UnusableError(
            "kg_co2e alone",
            "also mass_kg, or amount and currency",
            "say what the footprint is to be divided by",
        )
    return label


def _check_agreement(label: Mapping[str, Any], said: dict[tuple[str, str], tuple[int, str]]) -> None:
    """Refuse a line whose category differs from that of an earlier line with the same words."""
    if not label["category_code"]:
        return
    key = (label["description"].casefold(), label["supplier"].casefold())
    row, code = said.setdefault(key, (label["row"], label["category_code"]))
    if code != label["category_code"]:
        raise _UnusableError(
            f"category_code {label['category_code']}",
            f"{code}, as line {row} says of the same description and supplier",
            "decide for one of them",
        )


def _code(text: str, codes: Collection[str]) -> str:
    code = text.removesuffix(".0")
    if code and code not in codes:
        close = difflib.get_close_matches(code, sorted(codes), n=2, cutoff=0.8)
        hint = f"did you mean {' or '.join(close)}" if close else "look it up in NAICS 2017"
        raise _UnusableError(f"category_code {text!r}", "a six-digit NAICS 2017 code", hint)
    return code


def _number(name: str, text: str, most: float = math.inf) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value <= most or math.isinf(value):
        limit = "" if math.isinf(most) else f" up to {most:g}"
        raise _UnusableError(
            f"{name} {text!r}", f"a positive number{limit}", "write it with a point and without separators"
        )
    return value


def _currency(text: str) -> str:
    code = text.upper()
    if code and not (len(code) == 3 and code.isascii() and code.isalpha()):  # noqa: PLR2004 - ISO 4217
        raise _UnusableError(f"currency {text!r}", "an ISO 4217 code", "write it as USD, GBP or EUR")
    return code


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise _UnusableError(f"date {text!r}", "a date", "write it as 2024-03-31") from None
