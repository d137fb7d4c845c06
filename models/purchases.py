"""Purchases told from the rest: a learned second opinion beside the rules of screening."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from scipy.special import expit
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.utils.validation import check_is_fitted

from features.screening import Decision, Reason
from models.purchase_text import TextScores, text_features
from models.state import State

FOLDS: Final = 5
_PURCHASE: Final = Decision.PURCHASE.value
_EXCLUDED: Final = Decision.EXCLUDED.value
_UNCLEAR: Final = Decision.UNCLEAR.value
_UNMATCHED: Final = Decision.UNMATCHED.value
_PLAIN: Final = 1e3
"""Inverse strength of the penalty on the three numbers of the calibration: none to speak of."""

_NEARLY_SURE: Final = 0.99
"""No estimate is stated surer than this."""

_TITLES: Final = {
    Reason.PAYROLL: "pay",
    Reason.PENSION: "a pension contribution",
    Reason.TAX: "a tax",
    Reason.VAT: "value added tax",
    Reason.TRANSFER: "money passed on between public bodies or accounts",
    Reason.GRANT: "a grant or benefit",
    Reason.LOAN: "a loan, interest or investment",
    Reason.DEPRECIATION: "depreciation",
    Reason.INTERNAL_RECHARGE: "a charge within the buyer",
    Reason.REFUND: "money given back",
    Reason.FINE: "a fine",
    Reason.OTHER: "another payment that buys nothing",
}
_MAY_BE: Final = {
    Reason.PAYROLL: Reason.MAY_BE_PAYROLL,
    Reason.PENSION: Reason.MAY_BE_PAYROLL,
    Reason.TRANSFER: Reason.MAY_BE_TRANSFER,
    Reason.GRANT: Reason.MAY_BE_GRANT,
    Reason.REFUND: Reason.MAY_BE_REFUND,
    Reason.INTERNAL_RECHARGE: Reason.MAY_BE_INTERNAL_RECHARGE,
}


@dataclass(frozen=True)
class PurchaseExamples:
    """n lines of which it is known whether they are purchases.

    Attributes
    ----------
    lines
        Line items; ``description`` and ``supplier`` are read.
    vectors
        (n, d) unit-norm vectors of the lines' query texts.
    reason
        (n,) of :class:`features.screening.Reason`; "" for a purchase.
    weight
        (n,) weight as evidence, 1 = a confident label.
    ruled
        (n,) decision of the rules; ``purchase`` for an example whose words the rules are meant not to know.
    groups
        (n, 2) keys, "" for none: examples that share a key are never fitted and judged on together.
    """

    lines: pd.DataFrame
    vectors: npt.NDArray[np.float32]
    reason: npt.NDArray[np.object_]
    weight: npt.NDArray[np.float64]
    ruled: npt.NDArray[np.object_]
    groups: npt.NDArray[np.object_]

    @property
    def not_purchase(self) -> npt.NDArray[np.bool_]:
        """Where an example is no purchase, (n,)."""
        return np.asarray(self.reason != Reason.NONE.value, dtype=bool)

    def take(self, mask: npt.NDArray[np.bool_]) -> "PurchaseExamples":
        """Choose some examples; ``mask`` is (n,)."""
        return PurchaseExamples(
            self.lines[mask].reset_index(drop=True),
            self.vectors[mask],
            self.reason[mask],
            self.weight[mask],
            self.ruled[mask],
            self.groups[mask],
        )

    @classmethod
    def concat(cls, parts: Sequence["PurchaseExamples"]) -> "PurchaseExamples":
        """Put examples one after the other."""
        columns = ["description", "supplier"]
        return cls(
            pd.concat([part.lines[columns] for part in parts], ignore_index=True),
            *(
                np.concatenate([getattr(part, name) for part in parts])
                for name in ("vectors", "reason", "weight", "ruled", "groups")
            ),
        )

    def folds(self, seed: int = 0) -> list[npt.NDArray[np.bool_]]:
        """Say for each fold which examples it holds out, (n,): a key falls into one of :data:`FOLDS`."""
        keys, code = np.unique(self.groups.astype(str), return_inverse=True)
        number = np.random.default_rng(seed).permutation(len(keys)) % FOLDS
        fold = np.where(keys == "", -1, number)[code].reshape(self.groups.shape)
        return [np.asarray((fold == k).any(axis=1)) for k in range(FOLDS)]


class PurchaseModel(BaseEstimator):  # type: ignore[misc]
    """Probability that a line is no purchase, and the final decision beside that of the rules.

    A logistic regression on the vector of the line and on hashed word parts of description and supplier is
    fitted; its log-odds and the rules' decision are calibrated together on held-out groups. What the rules
    exclude or call unclear stays so. A line they let pass is excluded where the model is surer than it is of
    all but a share ``wrong_share`` of the purchases held out, and unclear beyond ``unclear_share``, unless a
    code on the line says what was bought.

    Parameters
    ----------
    c
        Inverse strength of the penalty.
    hash_bits
        Word parts of a column are hashed into ``2 ** hash_bits`` numbers.
    wrong_share, unclear_share
        Shares of the purchases held out that set the thresholds.

    Attributes
    ----------
    exclude_above_, unclear_above_ : float
        Thresholds of the calibrated probability.

    Notes
    -----
    Platt, *Probabilistic outputs for support vector machines*, 1999, for the calibration. Weinberger et al.,
    *Feature hashing for large scale multitask learning*, ICML 2009.
    """

    def __init__(
        self,
        c: float = 10.0,
        hash_bits: int = 13,
        wrong_share: float = 0.005,
        unclear_share: float = 0.015,
    ) -> None:
        self.c = c
        self.hash_bits = hash_bits
        self.wrong_share = wrong_share
        self.unclear_share = unclear_share

    def fit(self, examples: PurchaseExamples) -> Self:
        """Fit the text scores, calibrate them on held-out groups, and set the thresholds.

        Parameters
        ----------
        examples
            With several groups of purchases and of non-purchases, these for three or more reasons; every
            example has a key.
        """
        features = text_features(examples.lines, examples.vectors, self.hash_bits)
        held_out = np.zeros(len(examples.weight))
        times = np.zeros(len(examples.weight))
        for test in examples.folds():
            fitted = self._fitted(features[~test], examples.not_purchase[~test], examples.weight[~test])
            held_out[test] += fitted.decision_function(features[test])
            times[test] += 1
        self._calibrate(held_out / np.maximum(times, 1), examples)
        none = examples.not_purchase
        self._is_none = self._scores(self._fitted(features, none, examples.weight))
        self._why = self._scores(
            self._fitted(features[none], examples.reason[none].astype(str), examples.weight[none])
        )
        return self

    def probability(
        self, lines: pd.DataFrame, screened: pd.DataFrame, vectors: npt.NDArray[np.float32]
    ) -> npt.NDArray[np.float64]:
        """Calibrated probability that a line is no purchase, (n,), given what the rules say.

        Parameters
        ----------
        lines, screened, vectors
            As for :meth:`decide`.
        """
        check_is_fitted(self, "exclude_above_")
        return self._calibrated(
            self._is_none.of(lines, vectors)[:, 0], screened["decision"].to_numpy(dtype=object)
        )

    def decide(
        self, lines: pd.DataFrame, screened: pd.DataFrame, vectors: npt.NDArray[np.float32]
    ) -> pd.DataFrame:
        """Decide for every line, the rules' decision in hand.

        Parameters
        ----------
        lines
            Line items, n rows.
        screened
            What :func:`features.screening.screen` says about them.
        vectors
            (n, d) unit-norm vectors of their query texts; those of lines that the rules do not let pass
            enter the probability alone.

        Returns
        -------
        pandas.DataFrame
            ``decision``, ``reason``, ``detail`` as in ``screened``, and ``probability`` that the line is no
            purchase; NaN for an unmatched line. ``detail`` says where the model decided, and how sure it is.
        """
        probability = self.probability(lines, screened, vectors)
        ruled = screened["decision"].to_numpy()
        passed = (ruled == _PURCHASE) & ((lines["gtin"] == "") & (lines["category_code"] == "")).to_numpy()
        excluded = passed & (probability > self.exclude_above_)
        unclear = passed & ~excluded & (probability > self.unclear_above_)
        out = screened.assign(probability=np.where(ruled == _UNMATCHED, np.nan, probability))
        why = self._reasons(lines, vectors, excluded | unclear)
        for row, reason in why.items():
            detail = _opinion(probability[row], reason)
            given = (_EXCLUDED, reason) if excluded[row] else (_UNCLEAR, _may_be(reason))
            out.loc[out.index[row], ["decision", "reason", "detail"]] = [*given, detail]
        return out

    def _fitted(
        self,
        features: sparse.csr_matrix,
        labels: npt.NDArray[np.bool_] | npt.NDArray[np.str_],
        weight: npt.NDArray[np.float64],
    ) -> LogisticRegression:
        return LogisticRegression(C=self.c, max_iter=1000).fit(features, labels, sample_weight=weight)

    def _scores(self, fitted: LogisticRegression) -> TextScores:
        weights = fitted.coef_.astype(np.float32)
        classes = tuple(str(name) for name in fitted.classes_[-len(weights) :])
        return TextScores(classes, weights, fitted.intercept_, self.hash_bits)

    def _calibrate(self, log_odds: npt.NDArray[np.float64], examples: PurchaseExamples) -> None:
        """Fit the calibration on log-odds of examples held out, and set the thresholds on the same."""
        known = np.isin(examples.ruled, (_PURCHASE, _EXCLUDED, _UNCLEAR))
        fitted = LogisticRegression(C=_PLAIN).fit(
            _evidence(log_odds, examples.ruled)[known],
            examples.not_purchase[known],
            sample_weight=examples.weight[known],
        )
        self._calibration = np.append(fitted.coef_[0], fitted.intercept_)
        probability = self._calibrated(log_odds, examples.ruled)
        bought = ~examples.not_purchase & (examples.ruled == _PURCHASE)
        self.exclude_above_, self.unclear_above_ = (
            _quantile(probability[bought], examples.weight[bought], 1 - share)
            for share in (self.wrong_share, self.unclear_share)
        )

    def _calibrated(
        self, log_odds: npt.NDArray[np.float64], ruled: npt.NDArray[np.object_]
    ) -> npt.NDArray[np.float64]:
        evidence = _evidence(log_odds, ruled) * self._calibration[:-1]
        return np.asarray(expit(evidence.sum(axis=1) + self._calibration[-1]))

    def _reasons(
        self, lines: pd.DataFrame, vectors: npt.NDArray[np.float32], asked: npt.NDArray[np.bool_]
    ) -> dict[int, Reason]:
        """Most probable reason of the lines that are marked, by row."""
        rows = np.flatnonzero(asked)
        best = self._why.of(lines.iloc[rows], vectors[rows]).argmax(axis=1)
        return {int(row): Reason(self._why.classes[k]) for row, k in zip(rows, best, strict=True)}

    def state(self) -> State:
        """Give what :meth:`from_state` needs to put the model together again."""
        check_is_fitted(self, "exclude_above_")
        return State(
            metadata={
                **self.get_params(),
                "calibration": [float(number) for number in self._calibration],
                "thresholds": [self.exclude_above_, self.unclear_above_],
                "reasons": list(self._why.classes),
            },
            arrays={
                "none_weights": self._is_none.weights,
                "none_intercepts": self._is_none.intercepts,
                "why_weights": self._why.weights,
                "why_intercepts": self._why.intercepts,
            },
        )

    @classmethod
    def from_state(cls, state: State) -> Self:
        """Put a fitted model together from its state."""
        settings = dict(state.metadata)
        calibration, thresholds = settings.pop("calibration"), settings.pop("thresholds")
        reasons = tuple(settings.pop("reasons"))
        model = cls(**settings)
        model._calibration = np.array(calibration)
        model.exclude_above_, model.unclear_above_ = thresholds
        arrays = state.arrays
        model._is_none = TextScores(("",), arrays["none_weights"], arrays["none_intercepts"], model.hash_bits)
        model._why = TextScores(reasons, arrays["why_weights"], arrays["why_intercepts"], model.hash_bits)
        return model


def _evidence(log_odds: npt.NDArray[np.float64], ruled: npt.NDArray[np.object_]) -> npt.NDArray[np.float64]:
    """Set the text's log-odds beside the rules' decision, (n, 3)."""
    return np.column_stack([log_odds, ruled == _EXCLUDED, ruled == _UNCLEAR]).astype(np.float64)


def _quantile(values: npt.NDArray[np.float64], weight: npt.NDArray[np.float64], share: float) -> float:
    """Smallest value that at least a share of the weight does not exceed."""
    order = np.argsort(values)
    reached = np.searchsorted(np.cumsum(weight[order]), share * weight.sum())
    return float(values[order][min(reached, len(values) - 1)])


def _may_be(reason: Reason) -> Reason:
    return _MAY_BE.get(reason, Reason.MAY_BE_OTHER)


def _opinion(probability: float, reason: Reason) -> str:
    return (
        "No screening rule speaks against the line, but the learned model gives "
        f"{_percent(probability)} that it is no purchase, most likely {_TITLES[reason]}."
    )


def _percent(probability: float) -> str:
    return f"{probability:.0%}" if probability <= _NEARLY_SURE else f"more than {_NEARLY_SURE:.0%}"
