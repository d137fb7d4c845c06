"""The main job: ledgers in, one estimate for every line out, with everything a reader needs to trust it."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Literal

import pandas as pd

from data.catalogue import sources
from data.errors import LedgerprintError
from features.line_items import LineItems
from features.money import MoneyOptions
from models.buyer_codes import BuyerCodes
from models.footprint import EstimateOptions, FootprintModel
from models.mass_route import FACTOR_ID as PRODUCT_FACTOR
from models.mass_route import FACTOR_UNIT as PRODUCT_UNIT
from models.totals import total
from serving.documents import Ledger, contracts_in, is_contracts, ledgers_in
from serving.documents.goods_numbers import gtin_notes
from serving.line_frame import spend_usd
from serving.result import FACTOR_SOURCE_FIELDS, EstimatedLedger
from serving.supplier_table import CodedLines, SupplierTable

WithKnown = Callable[[FootprintModel, pd.DataFrame, pd.DataFrame, EstimateOptions], pd.DataFrame]
"""Applies to estimates what people know about the goods of their lines."""
_READING_OPTIONS: Final = ("mapping", "country", "currency", "date")


class RepeatedLedgerError(LedgerprintError):
    """A file that is named twice, so that its lines would be counted twice."""


@dataclass(frozen=True)
class LedgerOptions:
    """What the user says about the ledgers; everything is found out where nothing is said.

    Parameters
    ----------
    mapping
        Field -> column.
    country, currency, date
        Of the buyer, of the amounts, and of lines without a date.
    sheet
        Of a workbook.
    vat
        Whether amounts include value added tax; ``None`` follows the headers.
    vat_rate
        Share of the net price; ``None`` takes the country's standard rate.
    factor_set
        Id of the set for every line; ``None`` chooses by country.
    suppliers
        What suppliers sell, for lines without a code of their own.
    explain
        Whether ``contributions`` are to say what decided about each category.

    Raises
    ------
    InvalidVatRateError
        If ``vat_rate`` is not between 0 and 1.
    """

    mapping: Mapping[str, str] = field(default_factory=dict)
    country: str | None = None
    currency: str | None = None
    date: str | None = None
    sheet: str | None = None
    vat: Literal["included", "excluded"] | None = None
    vat_rate: float | None = None
    factor_set: str | None = None
    suppliers: SupplierTable | None = None
    explain: bool = False

    def __post_init__(self) -> None:
        MoneyOptions(vat_rate=self.vat_rate)


def read_ledgers(paths: Sequence[Path], options: LedgerOptions) -> list[Ledger]:
    """Read every file before anything is estimated, so that an unreadable one costs nothing.

    Returns
    -------
    list of Ledger
        One for each file; of an archive, one for each ledger in it. Several files of OCDS are one ledger, at
        the place of the first: they may tell of the same contracts.

    Raises
    ------
    RepeatedLedgerError
        If a file is named twice.
    UnreadableDocumentError, ColumnMappingError, UnknownCurrencyError
        As :func:`serving.documents.ledgers_in`.
    """
    _refuse_repeated(paths)
    said: dict[str, Any] = {name: getattr(options, name) for name in _READING_OPTIONS}
    contracts = [path for path in paths if is_contracts(path)] if len(paths) > 1 else []
    ledgers = []
    for path in paths:
        if len(contracts) < 2 or path not in contracts:  # noqa: PLR2004 - one alone repeats nothing
            ledgers.append(ledgers_in(path, sheet=options.sheet, **said))
        elif path == contracts[0]:
            ledgers.append([contracts_in(contracts, **said)])
    return ledgers[0] if len(ledgers) == 1 else _told_apart(ledgers)


def estimate_ledgers(
    ledgers: Sequence[Ledger],
    model: FootprintModel,
    options: LedgerOptions,
    progress: Callable[[int], None] | None = None,
    with_known: WithKnown | None = None,
) -> EstimatedLedger:
    """Estimate every line of some ledgers.

    Parameters
    ----------
    ledgers
        From :func:`read_ledgers`.
    model
        The footprint model.
    options
        What the user says.
    progress
        Called with the number of lines done since the last call.
    with_known
        Applies what people know about the goods; ``None`` where there is nobody to ask.

    Returns
    -------
    EstimatedLedger
        As many rows as the ledgers have, in order.

    Raises
    ------
    UnknownFactorSetError
        If ``options`` names a set that the model does not hold.
    """
    started = time.perf_counter()
    if options.factor_set is not None:
        # an unknown set is refused before minutes are spent on encoding
        model.factor_sets[options.factor_set]
    coded: list[CodedLines] = []
    if options.suppliers is not None:
        ledgers, coded = with_suppliers_codes(ledgers, model.codes, options.suppliers)
    estimates, dollars = [], []
    asked_of: list[EstimateOptions] = []
    additions: list[str] = []
    for number, ledger in enumerate(ledgers):
        money, _ = money_options(ledger, options)
        asked = EstimateOptions(options.factor_set, money, options.explain)
        estimated = model.predict(ledger.lines, asked, progress)
        if with_known is not None:
            estimated = with_known(model, ledger.lines, estimated, asked)
        said = gtin_notes(ledger.lines)
        if options.suppliers:
            of_suppliers = options.suppliers.additions(estimated, coded[number])
            said = [first + second for first, second in zip(of_suppliers, said, strict=True)]
        estimates.append(estimated.assign(explanation=estimated["explanation"] + said))
        asked_of += [asked] * len(estimated)
        additions += said
        dollars.append(spend_usd(ledger.lines, model, money))
    together = pd.concat(estimates, ignore_index=True)
    summed = total(together)
    return EstimatedLedger(
        source=joined_sources(ledgers),
        lines=LineItems.validate(pd.concat([ledger.lines for ledger in ledgers], ignore_index=True)),
        estimates=together,
        columns=columns_of(ledgers),
        model_card={"model_version": model.version, **model.card},
        factor_sources=_factor_sources(model, together),
        amount_usd=pd.concat(dollars, ignore_index=True).rename("amount_usd"),
        total_kg=summed.kg_co2e,
        total_kg_low=summed.kg_co2e_low,
        total_kg_high=summed.kg_co2e_high,
        total_note=summed.note,
        elapsed_seconds=time.perf_counter() - started,
        notes=notes_on(ledgers, options),
        files=names_of(ledgers),
        options=asked_of,
        additions=additions,
    )


def with_suppliers_codes(
    ledgers: Sequence[Ledger], codes: BuyerCodes, suppliers: SupplierTable
) -> tuple[Sequence[Ledger], list[CodedLines]]:
    """Give lines without a code that of their supplier, and let every ledger say what the table did."""
    known = suppliers.known_by(codes)
    coded = [known.code(ledger.lines) for ledger in ledgers]
    matched = frozenset().union(*(one.matched for one in coded))
    return [
        replace(
            ledger,
            lines=one.lines,
            notes=[*ledger.notes, *known.notes(int((one.rows > 0).sum()), matched)],
        )
        for ledger, one in zip(ledgers, coded, strict=True)
    ], coded


def _refuse_repeated(paths: Sequence[Path]) -> None:
    seen = set()
    for path in paths:
        if path.resolve() in seen:
            raise RepeatedLedgerError(f"Got the ledger {path} twice, expected each file once: leave one out.")
        seen.add(path.resolve())


def _told_apart(files: Sequence[Sequence[Ledger]]) -> list[Ledger]:
    """Give the lines of several files ids that say which file they are from."""
    names = [ledgers[0].path.name for ledgers in files]
    unique = len(set(names)) == len(names)
    out = []
    for number, ledgers in enumerate(files, 1):
        for ledger in ledgers:
            name = ledger.path.name if unique else f"{number}-{ledger.path.name}"
            source = ledger.source.copy()
            source.insert(0, _free_name("source_file", source), name)
            lines = ledger.lines.assign(line_id=f"{name}:" + ledger.lines["line_id"])
            out.append(replace(ledger, lines=lines, source=source))
    return out


def names_of(ledgers: Sequence[Ledger]) -> list[str]:
    """Return what notes call each of several ledgers, nothing for a single one."""
    if len(ledgers) == 1:
        return []
    if len({ledger.path for ledger in ledgers}) == 1:
        return [ledger.file for ledger in ledgers]
    return [f"{ledger.path.name}/{ledger.file}" if ledger.file else ledger.path.name for ledger in ledgers]


def _free_name(wanted: str, frame: pd.DataFrame) -> str:
    return wanted if wanted not in frame.columns else _free_name(f"{wanted}_", frame)


def joined_sources(ledgers: Sequence[Ledger]) -> pd.DataFrame:
    """Put the documents' own columns below one another, as text."""
    return pd.concat([ledger.source for ledger in ledgers], ignore_index=True).fillna("").astype(str)


def money_options(ledger: Ledger, options: LedgerOptions) -> tuple[MoneyOptions, str]:
    """Decide about VAT as the user or the header says, and say how."""
    if options.vat:
        included, why = options.vat == "included", "as you said"
    elif ledger.vat == "unknown":
        included, why = False, f"assumed: {ledger.vat_reason}; say --vat included if that is wrong"
    else:
        included, why = ledger.vat == "included", ledger.vat_reason
    note = f"Amounts {'include' if included else 'exclude'} VAT ({why})."
    return MoneyOptions(amounts_include_vat=included, vat_rate=options.vat_rate), note


def columns_of(ledgers: Sequence[Ledger]) -> list[dict[str, str]]:
    """Say how columns were understood; of several ledgers, a column begins with the name of its file."""
    names = names_of(ledgers)
    return [
        {
            "field": choice.field,
            "column": f"{names[number]}: {choice.shown}" if names else choice.shown,
            "how": choice.how,
        }
        for number, ledger in enumerate(ledgers)
        for choice in ledger.columns
    ]


def notes_on(ledgers: Sequence[Ledger], options: LedgerOptions) -> list[str]:
    """List what a person should know about the reading; of several ledgers, a note begins with its file."""
    names = names_of(ledgers)
    several_files = len({ledger.path for ledger in ledgers}) > 1
    notes = []
    for number, ledger in enumerate(ledgers):
        archive = f"{ledger.path.name}: " if several_files else ""
        notes += [f"{archive}{text}" for text in ledger.archive_notes]
        own = [*ledger.notes, money_options(ledger, options)[1]]
        notes += [f"{names[number]}: {text}" if names else text for text in own]
    return notes


def _factor_sources(model: FootprintModel, estimates: pd.DataFrame) -> pd.DataFrame:
    """Describe the factor sets that valued at least one line, and where footprints of products are from."""
    used = set(estimates.loc[estimates["factor_id"] != "", "factor_id"])
    rows = []
    for set_id, factor_set in model.factor_sets.items():
        if used & set(factor_set.factors["factor_id"]):
            prices = factor_set.prices
            unit = f"kg CO2e per {prices.currency} of {prices.last_year}, {prices.basis} prices"
            rows.append((set_id, factor_set.title, factor_set.licence, factor_set.attribution, unit))
    if PRODUCT_FACTOR in used:
        known = model.intensity.examples_[["source", "licence"]].drop_duplicates()
        for source_id, licence in sorted(known.itertuples(index=False)):
            source = sources()[source_id]
            rows.append((source_id, source.title, licence, source.attribution, PRODUCT_UNIT))
    return pd.DataFrame(rows, columns=list(FACTOR_SOURCE_FIELDS))
