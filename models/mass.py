"""Kilograms of a purchase line: read where the line states them, else learned from its articles or money."""

from dataclasses import replace
from enum import StrEnum
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import DataFrame, Series
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError

from features.frames import Frame
from features.quantities import OPEN_READING_GSD, PACKAGE_GSD, Basis, Note
from models.intervals import Z_90, in_quadrature, interval
from models.mass_regression import LogMassRegressor, MassPrediction
from models.state import State

_ARTICLES_GSD: Final = {
    str(Note.PACKAGE_CONTENT_OPEN): PACKAGE_GSD,
    str(Note.UNIT_UNKNOWN): OPEN_READING_GSD,
}
"""Geometric standard deviation of the number of articles, where a note says that it is in doubt."""
_PER_ARTICLE: Final = "kg_per_article"
_PER_USD: Final = "kg_per_usd"


class LearnedBasis(StrEnum):
    """What a learned mass was multiplied with."""

    PER_ARTICLE = "learned_per_article"
    PER_USD = "learned_per_usd"


class MassExamples(pa.DataFrameModel):
    """Goods with a known mass per article or per dollar, to learn from."""

    text: Series[str] = pa.Field(str_length={"min_value": 1})
    kind: Series[str] = pa.Field(description="of group; kinds weigh the same")
    group: Series[str] = pa.Field(description="goods that are not independent")
    weight: Series[float] = pa.Field(gt=0, description="of a good within its kind")
    kg_per_article: Series[float] = pa.Field(gt=0, nullable=True)
    kg_per_usd: Series[float] = pa.Field(gt=0, nullable=True, description="USD of 2022")
    usd_per_article: Series[float] = pa.Field(gt=0, nullable=True, description="USD of 2022")
    pieces_per_article: Series[float] = pa.Field(gt=0, nullable=True)
    states_mass: Series[bool] = pa.Field(description="the text gives the mass, so that no model is needed")

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True


class Masses(Frame):
    """Mass of every line with its central 90% range; NaN where nothing supports one."""

    mass_kg: Series[float] = pa.Field(nullable=True, description="negative for credits")
    mass_kg_low: Series[float] = pa.Field(nullable=True)
    mass_kg_high: Series[float] = pa.Field(nullable=True)
    log_half_width: Series[float] = pa.Field(nullable=True, ge=0)
    basis: Series[str] = pa.Field(
        isin=[*(str(basis) for basis in Basis), *(str(basis) for basis in LearnedBasis)]
    )

    class Config:
        """Exactly these columns, in this order."""

        strict = True
        ordered = True
        coerce = True


class MassModel(BaseEstimator):  # type: ignore[misc]
    """Mass of purchase lines.

    A mass that quantity, unit and text state is taken as it is. Else mass per article times articles, or mass
    per dollar times dollars, whichever has the narrower range. Goods unlike all that the model has learned
    from get no mass.

    Parameters
    ----------
    components, neighbours, rounds, folds, seed
        See :class:`~models.mass_regression.LogMassRegressor`.

    Attributes
    ----------
    per_article_, per_usd_ : LogMassRegressor
        Fitted on the examples with a mass per article that their text does not state, and on those with a
        mass per dollar.
    """

    def __init__(
        self, components: int = 24, neighbours: int = 8, rounds: int = 60, folds: int = 5, seed: int = 0
    ) -> None:
        self.components = components
        self.neighbours = neighbours
        self.rounds = rounds
        self.folds = folds
        self.seed = seed

    def fit(self, vectors: npt.NDArray[np.float32], examples: pd.DataFrame) -> Self:
        """Learn from examples.

        Parameters
        ----------
        vectors
            (n, d) unit-norm vectors of the texts.
        examples
            n rows of :class:`MassExamples`.
        """
        examples = MassExamples.validate(examples)
        per_article, per_usd = learnable(examples, _PER_ARTICLE), learnable(examples, _PER_USD)
        self.per_article_ = self._regressor(vectors, examples, per_article, _PER_ARTICLE)
        self.per_usd_ = self._regressor(vectors, examples, per_usd, _PER_USD)
        return self

    def predict(
        self, vectors: npt.NDArray[np.float32], quantities: pd.DataFrame, usd_amount: npt.NDArray[np.float64]
    ) -> DataFrame[Masses]:
        """Give every line a mass.

        Parameters
        ----------
        vectors
            (n, d) unit-norm vectors of the descriptions.
        quantities
            n rows of :class:`features.quantities.Quantities`.
        usd_amount
            (n,) US dollars of 2022, NaN where no money is known.

        Returns
        -------
        pandas.DataFrame
            n rows of :class:`Masses`, on the index of ``quantities``.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before :meth:`fit`.
        """
        if not hasattr(self, "per_usd_"):
            raise NotFittedError("This MassModel is not fitted yet: call fit first.")
        out = _as_read(quantities)
        articles = quantities["articles"].to_numpy(dtype=np.float64)
        is_open = (
            np.isnan(out["mass_kg"].to_numpy()) & (quantities["note"] != Note.UNIT_IS_NO_AMOUNT).to_numpy()
        )
        extra = _extra(
            quantities["pieces"].to_numpy(dtype=np.float64) / articles, np.abs(usd_amount / articles)
        )
        for model, amount, basis in (
            (self.per_article_, articles, LearnedBasis.PER_ARTICLE),
            (self.per_usd_, usd_amount, LearnedBasis.PER_USD),
        ):
            rows = np.flatnonzero(is_open & np.isfinite(amount) & (amount != 0))
            if len(rows):
                found = model.predict(vectors[rows], extra[rows])
                if basis is LearnedBasis.PER_ARTICLE:
                    found = _with_doubt(found, quantities["note"].iloc[rows])
                _fill(out, rows, amount[rows], found, basis)
        return Masses.validate(_with_range(out))

    def state(self) -> State:
        """Give everything a prediction needs."""
        parts = State.of_parts({"per_article": self.per_article_.state(), "per_usd": self.per_usd_.state()})
        return State(
            {"parameters": self.get_params(), **parts.metadata}, parts.arrays, parts.tables, parts.boosters
        )

    @classmethod
    def from_state(cls, state: State) -> Self:
        """Restore what :meth:`state` gave."""
        model = cls(**state.metadata["parameters"])
        model.per_article_ = LogMassRegressor.from_state(state.part("per_article"))
        model.per_usd_ = LogMassRegressor.from_state(state.part("per_usd"))
        return model

    def _regressor(
        self,
        vectors: npt.NDArray[np.float32],
        examples: pd.DataFrame,
        rows: npt.NDArray[np.bool_],
        target: str,
    ) -> LogMassRegressor:
        part = examples[rows]
        return LogMassRegressor(**self.get_params()).fit(
            vectors[rows],
            np.log(part[target].to_numpy(dtype=np.float64)),
            _extra(part["pieces_per_article"].to_numpy(), part["usd_per_article"].to_numpy()),
            part["group"].to_numpy(dtype=str),
            part["kind"].to_numpy(dtype=str),
            part["weight"].to_numpy(dtype=np.float64),
        )


def learnable(examples: pd.DataFrame, target: str) -> npt.NDArray[np.bool_]:
    """Mark the examples that a target is learned from, (n,).

    A line whose text states the mass never asks for a mass per article; it may ask for one per dollar, when
    its quantity is missing.
    """
    known = examples[target].notna()
    return np.asarray(known & ~examples["states_mass"] if target == _PER_ARTICLE else known, dtype=np.bool_)


def _extra(
    pieces_per_article: npt.NDArray[np.float64], usd_per_article: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Further features (n, 2), in logarithms; NaN and amounts of nothing are missing."""
    columns = np.column_stack([pieces_per_article, usd_per_article]).astype(np.float64)
    return np.log(np.where(columns > 0, columns, np.nan))


def _with_doubt(found: MassPrediction, note: pd.Series) -> MassPrediction:
    """Widen the ranges of goods in packages of unknown content, or in units that nobody knows."""
    doubt = Z_90 * np.log(note.map(_ARTICLES_GSD).fillna(1.0).to_numpy(dtype=np.float64))
    return replace(found, half_width=in_quadrature(found.half_width, doubt))


def _as_read(quantities: pd.DataFrame) -> pd.DataFrame:
    """Take over the masses that the lines state; the others are open."""
    mass = quantities["mass_kg"].to_numpy(dtype=np.float64)
    return pd.DataFrame(
        {
            "mass_kg": mass,
            "mass_kg_low": np.nan,
            "mass_kg_high": np.nan,
            "log_half_width": Z_90 * np.log(quantities["gsd"].to_numpy(dtype=np.float64)),
            "basis": np.where(np.isnan(mass), str(Basis.NONE), quantities["basis"].to_numpy()).astype(object),
        },
        index=quantities.index,
    )


def _fill(
    out: pd.DataFrame,
    rows: npt.NDArray[np.intp],
    amount: npt.NDArray[np.float64],
    prediction: MassPrediction,
    basis: LearnedBasis,
) -> None:
    """Write a learned mass where it is near the training and narrower than what stands there."""
    width = out["log_half_width"].to_numpy()[rows]
    better = prediction.is_near & ~(width <= prediction.half_width)
    values: dict[str, Any] = {
        "mass_kg": amount[better] * np.exp(prediction.log_mass[better]),
        "log_half_width": prediction.half_width[better],
        "basis": str(basis),
    }
    for column, value in values.items():
        values_of_all = out[column].to_numpy(copy=True)
        values_of_all[rows[better]] = value
        out[column] = values_of_all


def _with_range(out: pd.DataFrame) -> pd.DataFrame:
    mass, width = out["mass_kg"].to_numpy(), out["log_half_width"].to_numpy()
    out["mass_kg_low"], out["mass_kg_high"] = interval(mass, width)
    return out
