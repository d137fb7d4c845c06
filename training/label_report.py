"""What a user's own labels did: which joined, what the model says of them now, what happened to the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from data.errors import BundleError, EncoderMismatchError
from models.bundle import DEFAULT_BUNDLE
from models.footprint import FootprintModel
from models.persistence import load_model
from models.ranked_category import ask
from training.category import FittedCategory, LabelledLines
from training.comparison import compare_scorecards
from training.evaluation import Evaluation
from training.joined_labels import JoinedLabels, Use, is_users
from training.labelled_sets import LabelledSet
from training.scorecards import shipped_scorecard

_FIGURES: Final = ("top1", "top5", "abs_log_error", "within_2x", "coverage")
_SHOWN: Final = 20
_COLUMNS: Final = (
    "file", "row", "description", "supplier", "label", "kg_co2e", "mass_kg", "use",
    "before", "unseen", "after",
)  # fmt: skip
_TEXTS: Final = ("description", "supplier", "label", "before", "unseen", "after")
_MODELS: Final = {
    "before": "by the shipped model",
    "unseen": "by models that know the labels of other suppliers and goods only",
    "after": "by the new model, which knows these labels",
}
REPORT_FOLDER: Final = "user_labels_report"
REPORT_FILE: Final = "report.md"
LINES_FILE: Final = "lines.csv"


@dataclass(frozen=True)
class LabelReport:
    """What labels did.

    Attributes
    ----------
    lines
        Every line of the files: ``file``, ``row``, ``description``, ``supplier``, ``label``, ``kg_co2e``,
        ``mass_kg``, ``use``, and of the lines that teach a category the answers ``before`` (of the shipped
        model), ``unseen`` (of a model that has learned from the labels of other groups only) and ``after``
        (of the new model).
    other_sets
        :class:`training.comparison.PairedFigures` of the other sets, the shipped model against the new one;
        empty where there is none to compare with.
    text
        The report, in Markdown.
    """

    lines: pd.DataFrame
    other_sets: pd.DataFrame
    text: str


def evaluated_lines(
    fitted: FittedCategory, lines: LabelledLines, sets: Sequence[LabelledSet]
) -> tuple[FittedCategory, LabelledLines]:
    """Leave the users' lines out of what is evaluated, so that figures of trainings compare.

    Parameters
    ----------
    fitted
        On all lines.
    lines
        Of the sets and of users.
    sets
        As they are without users' lines.
    """
    users = is_users(np.concatenate([labelled.record for labelled in lines.sets]))
    if not users.any():
        return fitted, lines
    kept = np.flatnonzero(~users)
    rest = LabelledLines(sets, lines.questions.take(kept), lines.seed)
    return FittedCategory(fitted.model, fitted.held_out[kept]), rest


def report_labels(
    labels: JoinedLabels,
    fitted: FittedCategory,
    lines: LabelledLines,
    found: Evaluation,
    *,
    quick: bool,
    before: Path = DEFAULT_BUNDLE,
) -> LabelReport:
    """Say what labels did.

    Parameters
    ----------
    labels
        That joined.
    fitted, lines
        The category model, and the lines it was fitted on.
    found
        Evaluation of the other sets.
    quick
        Whether the training was one.
    before
        Bundle of the model before.
    """
    model, note = _model_before(before)
    table = _table(labels, _answers(fitted, lines, model))
    card = shipped_scorecard(model.version) if model else None
    if model and card is None:
        note = f"There is no scorecard of the shipped model {model.version} to compare with."
    other = _other_sets(card, found.scorecard) if card is not None else pd.DataFrame()
    if quick:
        note = f"{note} A quick training learns from few lines: its figures do not compare.".strip()
    parts = [_files_text(labels), _goods_text(table), _other_sets_text(other, note)]
    return LabelReport(table, other, "\n\n".join(parts) + "\n")


def _model_before(folder: Path) -> tuple[FootprintModel | None, str]:
    try:
        return load_model(folder), ""
    except (BundleError, EncoderMismatchError) as error:
        return None, f"There is no model before to compare with: {error}"


def _answers(fitted: FittedCategory, lines: LabelledLines, model: FootprintModel | None) -> pd.DataFrame:
    """Most probable category of the users' lines by each model, indexed by record."""
    records = np.concatenate([labelled.record for labelled in lines.sets])
    rows = np.flatnonzero(is_users(records))
    questions = lines.questions.take(rows)
    out = pd.DataFrame({"before": ""}, index=pd.Index(records[rows], name="record"))
    if not len(rows):
        return out.assign(unseen="", after="")
    if model:
        description, supplier = (
            pd.concat([getattr(one, name) for one in lines.sets], ignore_index=True).iloc[rows]
            for name in ("description", "supplier")
        )
        asked = ask(description, supplier, model.encoder)
        out["before"] = _best(model.category.votes(asked).probability, model.category.classes_)
    out["unseen"] = _best(fitted.held_out[rows], fitted.model.classes_)
    out["after"] = _best(fitted.model.votes(questions).probability, fitted.model.classes_)
    return out


def _best(probability: sparse.csr_matrix, classes: npt.NDArray[np.str_]) -> npt.NDArray[np.str_]:
    return np.asarray(classes[np.asarray(probability.argmax(axis=1)).ravel()])


def _table(labels: JoinedLabels, answers: pd.DataFrame) -> pd.DataFrame:
    """One row for each usable line of the files, then one for each that cannot be used."""
    used = labels.lines.join(answers, on="record").rename(columns={"category_code": "label"})
    problems = [
        {"file": read.name, "row": problem.row, "use": f"not used: {problem}"}
        for read in labels.files
        for problem in read.problems
    ]
    table = pd.concat([used[list(_COLUMNS)], pd.DataFrame(problems)], ignore_index=True)
    return table.fillna(dict.fromkeys(_TEXTS, ""))


def _other_sets(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    figures = compare_scorecards(before, after)
    chosen = (figures["kind"] == "dataset") & figures["metric"].isin(_FIGURES)
    return figures[chosen].reset_index(drop=True)


def _files_text(labels: JoinedLabels) -> str:
    lines = labels.lines
    joined = lines.loc[[Use(use).is_used for use in lines["use"]], "file"].value_counts()
    said = [
        f"- {read.name}: {len(read.labels) + len(read.problems):,} lines, {joined.get(read.name, 0):,} "
        f"joined, with {labels.weight:g} times their own weight"
        for read in labels.files
    ]
    said += [f"- used for {use}: {count:,}" for use, count in _counts(lines["use"], used=True)]
    said += [f"- {use}: {count:,}" for use, count in _counts(lines["use"], used=False)]
    refused = [f"- {read.name}: {problem}" for read in labels.files for problem in read.problems]
    if refused:
        said += ["", f"{len(refused):,} lines cannot be used:", "", *refused[:_SHOWN], *_more(len(refused))]
    return "\n".join(["# Labels of a user", "", *said])


def _counts(uses: pd.Series, *, used: bool) -> list[tuple[str, int]]:
    counts = uses[[Use(use).is_used == used for use in uses]].value_counts()
    return [(str(use), int(count)) for use, count in counts.items()]


def _goods_text(table: pd.DataFrame) -> str:
    goods = table[table["after"] != ""]
    said = [f"Of {len(goods):,} labelled goods the most probable category is that of the label", ""]
    for column, who in _MODELS.items():
        if (goods[column] != "").any():
            right = int((goods[column] == goods["label"]).sum())
            said.append(f"- on {right:,} ({right / len(goods):.0%}) {who}")
    changed = goods[(goods["before"] != "") & (goods["before"] != goods["after"])]
    if len(changed):
        said += ["", f"{len(changed):,} answers have changed:", "", *_rows(changed), *_more(len(changed))]
    return "\n".join(["## The labelled goods", "", *said]) if len(goods) else "No label teaches a category."


def _rows(changed: pd.DataFrame) -> list[str]:
    head = ["| goods | supplier | label | before | after |", "|---|---|---|---|---|"]
    cells = changed.head(_SHOWN)[["description", "supplier", "label", "before", "after"]]
    return head + [
        "| " + " | ".join(str(cell).replace("|", "/") for cell in row) + " |"
        for row in cells.itertuples(index=False)
    ]


def _more(count: int) -> list[str]:
    return ["", f"and {count - _SHOWN:,} more in {LINES_FILE}"] if count > _SHOWN else []


def _other_sets_text(figures: pd.DataFrame, note: str) -> str:
    said = ["## The other sets, groups never seen", ""]
    if len(figures):
        said += ["| set | figure | before | after | difference (90% range) | |", "|---|---|---|---|---|---|"]
        said += [
            f"| {row.slice} | {row.metric} | {row.a:.3f} | {row.b:.3f} | {row.difference:+.3f} "
            f"({row.low:+.3f} to {row.high:+.3f}) | {row.verdict} |"
            for row in figures.itertuples()
        ]
        said += ["", "Everything else that differs between the two models is in these differences as well."]
    return "\n".join(said + ([note] if note else []))
