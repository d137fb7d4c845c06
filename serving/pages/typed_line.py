"""A line as a person types it: amounts with signs and separators, countries by name, faults by field."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self
from urllib.parse import urlencode

import pandas as pd

from features.amounts import (
    currency_in,
    currency_of_country,
    decimal_convention,
    decimal_mark_of,
    parse_amounts,
)
from serving.documents.countries import country_code
from serving.request_lines import field_faults
from serving.wording import foreign_text

FIELDS: Final = ("description", "amount", "currency", "quantity", "unit", "supplier", "country", "date")
_MORE: Final = ("quantity", "unit", "supplier", "date")
_FIGURES: Final = ("amount", "quantity")


@dataclass(frozen=True)
class TypedLine:
    """What was typed, and what it was read as.

    Attributes
    ----------
    typed
        Field -> text, for each of :data:`FIELDS`, "" where nothing was typed.
    line
        As the API takes it (:class:`serving.schemas.LineIn`).
    faults
        Field -> what was got, what was expected and what to do; empty where the line can be estimated.
    """

    typed: dict[str, str]
    line: dict[str, Any]
    faults: dict[str, str]

    @classmethod
    def read(cls, said: Mapping[str, str]) -> Self:
        """Read the fields of a form.

        An amount may carry its currency (``£412``), and a country may go by its name. Which mark stands
        before the decimals, where a figure can be read in two ways, follows the country.

        Examples
        --------
        >>> TypedLine.read({"description": "gloves", "amount": "£1,234.50"}).line
        {'description': 'gloves', 'amount': 1234.5, 'currency': 'GBP'}
        """
        typed = {field: said.get(field, "").strip() for field in FIELDS}
        line: dict[str, Any] = {field: text for field, text in typed.items() if text}
        faults: dict[str, str] = {}
        country = country_code(typed["country"])
        if country:
            line["country"] = country
        elif typed["country"]:
            faults["country"] = (
                f'Got "{foreign_text(typed["country"], 40)}", expected a country such as GB or Germany: '
                "correct or empty it."
            )
        for field in _FIGURES:
            value, currency, problem = _figure(typed[field], country)
            if problem:
                faults[field] = problem
            elif typed[field]:
                line[field] = value
            if field == "amount" and currency:
                line.setdefault("currency", currency)
        if typed["currency"]:
            line["currency"] = currency_in(typed["currency"], country) or typed["currency"].upper()
        _ask_for_currency(line, faults, country)
        for field, fault in field_faults({k: v for k, v in line.items() if k not in faults}).items():
            faults[field] = f"{fault[:1].upper()}{fault[1:]}: correct it."
        return cls(typed, line, faults)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed that could be estimated."""
        return not self.typed["description"] and not self.typed["supplier"]

    @property
    def says_more(self) -> bool:
        """Whether something was typed that the form shows only when it is asked for."""
        return any(self.typed[field] for field in _MORE)

    @property
    def address(self) -> str:
        """Where the same answer is found again."""
        query = urlencode({field: text for field, text in self.typed.items() if text})
        return f"/try?{query}" if query else "/try"


def _figure(text: str, country: str) -> tuple[float, str, str]:
    """Give the figure, its currency and what is wrong with it, "" for nothing."""
    texts = pd.Series([text], dtype="str")
    fallback = decimal_mark_of(country) if country else ""
    convention = decimal_convention(texts, fallback=fallback, fallback_evidence="nothing tells which")
    found = parse_amounts(texts, convention=convention, country=country).iloc[0]
    return float(found["value"]), str(found["currency_hint"]), str(found["problem"])


def _ask_for_currency(line: Mapping[str, Any], faults: dict[str, str], country: str) -> None:
    if "amount" in line and "amount" not in faults and "currency" not in line:
        customary = currency_of_country(country) or "GBP"
        faults["currency"] = f"The amount has none: give it as three letters such as {customary}."
