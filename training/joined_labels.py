"""A user's own labels as what models learn from: labelled lines with reference entries, and products."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.text import clean_text
from models.category import query_text
from models.intensity_examples import IntensityExamples
from models.reference_index import ReferenceEntries
from training.labelled_sets import LabelledSet
from training.reference_entries import labelled_entries
from training.sources import Encode, Products, Sources
from training.user_labels import USER_LABELS_PREFIX, ReadLabels, UserLabelsError, read_user_labels

DEFAULT_WEIGHT: Final = 2.0
"""Of a user's label against that of the reference data: it is about goods that this buyer buys."""

_SLOT: Final = "public"
"""Set that users' lines join: those of public ledgers are of the same kind, descriptions with suppliers."""

_LICENCE: Final = "the user's own"
_NO_LETTERS: Final = re.compile(r"[^0-9a-z]")


class Use(StrEnum):
    """What a label is used for."""

    CATEGORY = "category"
    CATEGORY_NOT_KG = "category; its kg CO2e per money is not used"
    INTENSITY = "kg CO2e per kg"
    BOTH = "category and kg CO2e per kg"
    REPEATED = "not used: says what an earlier line says"
    DISPUTED = "not used: another file says otherwise"
    PER_MONEY = "not used: kg CO2e per money, which no part learns"

    @property
    def is_used(self) -> bool:
        """Whether anything is learned from it."""
        return self.teaches_category or self.teaches_intensity

    @property
    def teaches_category(self) -> bool:
        """Whether the category is learned from it."""
        return self in {Use.CATEGORY, Use.CATEGORY_NOT_KG, Use.BOTH}

    @property
    def teaches_intensity(self) -> bool:
        """Whether kg CO2e per kg is learned from it."""
        return self in {Use.INTENSITY, Use.BOTH}


@dataclass(frozen=True)
class JoinedLabels:
    """Labels of some files, joined.

    Attributes
    ----------
    files
        As read, by name.
    weight
        Of a label of weight 1 against that of the reference data.
    """

    files: Sequence[ReadLabels]
    weight: float = DEFAULT_WEIGHT

    @classmethod
    def read(cls, paths: Sequence[Path], codes: Collection[str], weight: float = DEFAULT_WEIGHT) -> Self:
        """Read files of labels.

        Raises
        ------
        UserLabelsError
            As :func:`training.user_labels.read_user_labels`; also if two files have the same name.
        """
        names = [path.name for path in paths]
        for name in names:
            if names.count(name) > 1:
                raise UserLabelsError(
                    f"Got two files named {name}, expected different names: the run keeps both, rename one."
                )
        ordered = sorted(paths, key=lambda path: path.name)
        return cls([read_user_labels(path, codes) for path in ordered], weight)

    @cached_property
    def lines(self) -> pd.DataFrame:
        """Every usable label with ``file``, ``record`` and ``use``, the text of a :class:`Use`."""
        parts = [read.labels.assign(file=read.name) for read in self.files]
        if not parts:
            return pd.DataFrame()
        lines = pd.concat(parts, ignore_index=True)
        lines["record"] = USER_LABELS_PREFIX + lines["file"] + ":" + lines["row"].astype(str)
        lines["use"] = _uses(lines)
        return lines

    @cached_property
    def labelled_set(self) -> LabelledSet | None:
        """Lines with a category; a supplier is a group, and a line without one a group by its words."""
        if not self.files:
            return None
        lines = self.lines[[Use(use).teaches_category for use in self.lines["use"]]].reset_index(drop=True)
        if lines.empty:
            return None
        text = [query_text(d, s) for d, s in zip(lines["description"], lines["supplier"], strict=True)]
        return LabelledSet(
            name=_SLOT,
            title="Labels of a user",
            text=pd.Series(text, dtype="str"),
            description=lines["description"].map(clean_text),
            supplier=lines["supplier"].map(clean_text).str.lower(),
            accepted=[(code,) for code in lines["category_code"]],
            group=_groups(lines),
            record=lines["record"].to_numpy(dtype=str),
            weight=np.ones(len(lines)),
            trust=self.weight * lines["weight"].to_numpy(dtype=np.float64),
        )

    def join(self, sources: Sources) -> Sources:
        """Add the labels to what a model is trained on."""
        if not self.files:
            return sources
        joined = replace(
            sources, products=lambda encode: self._with_products(sources.products(encode), encode)
        )
        mine = self.labelled_set
        if mine is None:
            return joined
        entries = labelled_entries(mine)
        trust = pd.Series(mine.trust, index=mine.record)
        entries["weight"] *= entries["source_code"].map(trust)
        return replace(
            joined,
            entries=ReferenceEntries.validate(pd.concat([sources.entries, entries], ignore_index=True)),
            sets=_with_set(sources.sets, mine),
        )

    def _with_products(self, products: Products, encode: Encode) -> Products:
        """Add the lines that say kg CO2e and kg; each takes the domain of the product nearest to it."""
        examples, vectors = products
        lines = self.lines[[Use(use).teaches_intensity for use in self.lines["use"]]].reset_index(drop=True)
        if lines.empty:
            return products
        text = lines["description"].map(clean_text).astype("str")
        mine = encode(text)
        value = lines["kg_co2e"] / lines["mass_kg"]
        nearest = (mine @ vectors.T).argmax(axis=1)
        added = pd.DataFrame(
            {
                "text": text,
                "kg_co2e_per_kg": value,
                "gate_kg_co2e_per_kg": value,
                "boundary": "gate",
                "domain": examples["domain"].to_numpy()[nearest],
                "group": USER_LABELS_PREFIX + pd.Series(_groups(lines)),
                "source": USER_LABELS_PREFIX + lines["file"],
                "licence": _LICENCE,
                "weight": self.weight * lines["weight"],
                "weight_kg": np.nan,
            }
        )
        both = pd.concat([examples, added], ignore_index=True)
        return IntensityExamples.validate(both), np.concatenate([vectors, mine])

    def versions(self) -> dict[str, dict[str, str]]:
        """Digest and terms of each file, as data that the model is made from."""
        return {
            f"{USER_LABELS_PREFIX}{read.name}": {
                "sha256": read.sha256,
                "source": "Labels of a user",
                "licence": _LICENCE,
                "attribution": "",
            }
            for read in self.files
        }


def is_users(records: npt.NDArray[np.str_]) -> npt.NDArray[np.bool_]:
    """Tell users' lines by their records, (n,)."""
    return np.char.startswith(records.astype(str), USER_LABELS_PREFIX)


def _uses(lines: pd.DataFrame) -> list[Use]:
    """Say what each label is used for; of labels with the same words the first counts."""
    known: dict[tuple[str, str], str] = {}
    columns = [lines[name] for name in ("description", "supplier", "category_code", "kg_co2e", "mass_kg")]
    uses = []
    for description, supplier, code, kg_co2e, mass_kg in zip(*columns, strict=True):
        words = (description.casefold(), supplier.casefold())
        uses.append(_use(code, known.get(words), has_kg=kg_co2e > 0, has_mass=mass_kg > 0))
        if code:
            known.setdefault(words, code)
    return uses


def _use(code: str, said_before: str | None, *, has_kg: bool, has_mass: bool) -> Use:
    if code and said_before is None:
        if has_kg:
            return Use.BOTH if has_mass else Use.CATEGORY_NOT_KG
        return Use.CATEGORY
    if code and said_before != code:
        return Use.DISPUTED
    if has_kg:
        return Use.INTENSITY if has_mass else Use.PER_MONEY
    return Use.REPEATED


def _groups(lines: pd.DataFrame) -> npt.NDArray[np.str_]:
    """Name the group of each label as those of public lines are: by the letters of the supplier."""
    supplier, words = (
        lines[name].str.lower().str.replace(_NO_LETTERS, "", regex=True)
        for name in ("supplier", "description")
    )
    return supplier.where(supplier != "", "without supplier: " + words).to_numpy(dtype=str)


def _with_set(sets: Sequence[LabelledSet], mine: LabelledSet) -> list[LabelledSet]:
    """Put labels at the end of the set they join, or make them a set where there is none."""
    if mine.name not in {labelled.name for labelled in sets}:
        return [*sets, mine]
    return [_appended(labelled, mine) if labelled.name == mine.name else labelled for labelled in sets]


def _appended(labelled: LabelledSet, more: LabelledSet) -> LabelledSet:
    together: dict[str, Any] = {}
    for field in fields(LabelledSet):
        a, b = getattr(labelled, field.name), getattr(more, field.name)
        if isinstance(a, pd.Series):
            together[field.name] = pd.concat([a, b], ignore_index=True)
        elif isinstance(a, np.ndarray):
            together[field.name] = np.concatenate([a, b])
        elif isinstance(a, list):
            together[field.name] = [*a, *b]
    return replace(labelled, **together)
