"""Training: from the reference data to a bundle, as one MLflow run with a nested one for each part."""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from data.taxonomies import naics_titles
from features.price_tables import PriceTables
from features.text import TextEncoder
from models.buyer_codes import BuyerCodes
from models.candidates import CandidateFinder
from models.factor_sets import FactorSet
from models.factor_tables import load_factor_sets
from models.footprint import FootprintModel
from models.persistence import save_model
from models.ranked_category import RankedCategory
from models.ranker import CategoryRanker
from models.reference_index import ReferenceIndex
from training.card_curves import calibration_curve, error_by_spend
from training.category import FittedCategory, LabelledLines, fit_category, labelled_lines
from training.code_table import code_table
from training.evaluation import EVALUATED_ON, OWN, Evaluation, evaluate
from training.joined_labels import JoinedLabels
from training.label_report import LINES_FILE, REPORT_FILE, REPORT_FOLDER, evaluated_lines, report_labels
from training.labelled_sets import wordings
from training.ladder import MoneySide
from training.model_logging import log_pyfunc
from training.parts import (
    ABOUT,
    TrainedPart,
    log_category,
    log_learning_curves,
    train_intensity,
    train_ladder,
    train_mass,
    train_purchases,
)
from training.plan import TrainingPlan, ranker_parameters
from training.reference_entries import WEIGHTS
from training.registry import RunRecord
from training.search import search_ranker
from training.share_alike import bundle_terms
from training.sources import Sources, data_versions
from training.tracking import (
    DEFAULT_TRACKING_URI,
    describe_run,
    log_bundle,
    log_data_versions,
    log_file,
    log_metrics,
    log_parameters,
    log_scorecard,
    log_table,
    log_text,
    part_run,
    training_run,
)
from training.user_labels import USER_LABELS_ARTIFACT

Say = Callable[[str], None]


@dataclass(frozen=True)
class Training:
    """What a training made.

    Attributes
    ----------
    version, folder
        Of the bundle.
    run_id
        Of MLflow.
    evaluation
        Of the category, on groups never seen.
    label_report
        What a user's own labels did, in Markdown; "" where there are none.
    """

    version: str
    folder: Path
    run_id: str
    evaluation: Evaluation
    label_report: str


def train(
    folder: Path,
    plan: TrainingPlan | None = None,
    *,
    tracking_uri: str = DEFAULT_TRACKING_URI,
    say: Say = lambda _: None,
    sources: Sources | None = None,
) -> Training:
    """Train the model and save it.

    The same data, plan and library versions give the same bundle on the same kind of machine, a search aside:
    how far it comes depends on the machine. What it has chosen is in the run, and is taken from there when
    the run is repeated.

    Parameters
    ----------
    folder
        Where the bundle goes.
    plan
        What to do; by default a full training.
    tracking_uri
        Of MLflow.
    say
        Told what is being done.
    sources
        What to train on; by default the reference data.

    Raises
    ------
    MissingDataError, AlteredDataError
        If the reference data are not at hand as the catalogue describes them.
    UserLabelsError
        If a file of labels cannot be used.
    BundleError
        If the folder holds other things.
    """
    plan = plan or TrainingPlan()
    say("gathering the reference entries")
    reference = sources or Sources.of_reference_data(plan.quick, plan.share_alike)
    labels = JoinedLabels.read(plan.labels, set(reference.entries["naics_code"]), plan.labels_weight)
    joined = labels.join(reference)
    with training_run(tracking_uri, plan.name, plan.tags()) as run:
        encoder = TextEncoder(plan.encoder).fit()
        versions = data_versions(joined.share_alike) | labels.versions()
        _log_beginning(plan, encoder, joined, versions)
        say(f"encoding {len(joined.entries):,} entries (minutes)")
        index = ReferenceIndex.from_vectors(joined.entries, encoder.transform(joined.entries["text"]))
        factor_sets = load_factor_sets()
        lines = labelled_lines(joined.sets, encoder, plan.seed)
        titles = _titles()
        further = labelled_lines([wordings(index)], encoder, plan.seed)
        category = _train_category(
            plan, index, lines, further, reference, factor_sets[EVALUATED_ON], titles, say
        )
        report = _report_labels(labels, category, lines, quick=plan.quick)
        say("telling purchases from the rest")
        purchases = train_purchases(joined, encoder, plan.seed, quick=plan.quick)
        say("learning masses")
        mass = train_mass(joined, encoder, plan.seed)
        say("learning kg CO2e per kg")
        intensity = train_intensity(joined, encoder, category.fitted.model, plan.seed, quick=plan.quick)
        tables = PriceTables.from_data()
        money = MoneySide(category.fitted.model, category.found.doubt, factor_sets[EVALUATED_ON], tables)
        ladder = train_ladder(joined.masses(), intensity.model, encoder, money)
        parts: dict[str, TrainedPart[Any]] = {
            "purchases": purchases,
            "mass": mass,
            "intensity": intensity,
            "ladder": ladder,
        }
        log_metrics(
            category.headline | {name: v for part in parts.values() for name, v in part.headline.items()}
        )
        log_scorecard(pd.concat([category.found.scorecard, intensity.scorecard], ignore_index=True))
        card = model_card(category.fitted.model, category.found.to_frame(), versions, plan.seed)
        card |= bundle_terms(joined.share_alike)
        card |= {
            "calibration": calibration_curve(category.found.scorecard),
            "error_by_spend": error_by_spend(category.found.scorecard),
        }
        model = FootprintModel(
            encoder=encoder,
            category=category.fitted.model,
            purchases=purchases.model,
            mass=mass.model,
            intensity=intensity.model,
            ladder=ladder.model,
            doubt=category.found.doubt,
            factor_sets=factor_sets,
            tables=tables,
            titles=titles,
            codes=BuyerCodes(code_table()),
            version="",
            card=card | {name: part.shown() for name, part in parts.items() if len(part.figures)},
        )
        say(f"saving the bundle to {folder}")
        version = save_model(model, folder)
        log_bundle(folder, version, model.card)
        log_pyfunc(folder, version)
        describe_run(_about(plan, version, category, labels))
        return Training(version, folder, run.info.run_id, category.found, report)


def retrain(run: RunRecord, folder: Path) -> str:
    """Train again as a run was trained, as a run of its own, and say the version of the bundle."""
    with tempfile.TemporaryDirectory() as beside:
        plan = TrainingPlan.of_run(run, Path(beside))
        return train(folder, plan, tracking_uri=f"sqlite:///{Path(beside) / 'runs.db'}").version


def model_card(
    category: RankedCategory, scores: pd.DataFrame, versions: Mapping[str, Any], seed: int
) -> dict[str, Any]:
    """Describe the model: what it is, what it was made from and how well it does."""
    own = scores[scores["model"] == OWN]
    return {
        "name": "ranked candidates over open classifications and labelled lines; by mass or by money",
        "categories": len(category.classes_),
        "reference_entries": len(category.index_),
        "evaluated_on": f"{EVALUATED_ON}, five folds by group, seed {seed}",
        "figures": own.drop(columns="model").round(4).to_dict("records"),
        "data": dict(versions),
    }


@dataclass(frozen=True)
class _Category:
    """The category as trained and evaluated."""

    fitted: FittedCategory
    found: Evaluation
    headline: dict[str, float]


def _train_category(
    plan: TrainingPlan,
    index: ReferenceIndex,
    lines: LabelledLines,
    further: LabelledLines,
    reference: Sources,
    factor_set: FactorSet,
    titles: Mapping[str, str],
    say: Say,
) -> _Category:
    ranker = plan.ranker()
    with part_run("category", ABOUT["category"]):
        if plan.search_minutes:
            ranker = search_ranker(index, lines, ranker, plan.search_minutes, say).ranker
        log_parameters(_category_parameters(ranker, index))
        fitted = fit_category(index, lines, ranker, say, further)
        say("evaluating on labelled goods")
        known, evaluated = evaluated_lines(fitted, lines, reference.sets)
        found = evaluate(known, evaluated, factor_set)
        headline = log_category(found, fitted, titles)
        log_learning_curves(index, lines, ranker, say)
    log_parameters(ranker_parameters(ranker))
    return _Category(fitted, found, headline)


def _report_labels(labels: JoinedLabels, category: _Category, lines: LabelledLines, *, quick: bool) -> str:
    if not labels.files:
        return ""
    report = report_labels(labels, category.fitted, lines, category.found, quick=quick)
    log_text(report.text, REPORT_FILE, REPORT_FOLDER)
    log_table(report.lines, LINES_FILE, REPORT_FOLDER)
    return report.text


def _log_beginning(
    plan: TrainingPlan, encoder: TextEncoder, sources: Sources, versions: Mapping[str, Mapping[str, str]]
) -> None:
    """Log what is known before anything is learned, so that a run that fails says what it was."""
    made_with = {"encoder": encoder.model, "encoder_sha256": encoder.weights_sha256_}
    log_parameters(plan.parameters() | made_with | {"entries": len(sources.entries)})
    log_data_versions(versions)
    for path in plan.labels:
        log_file(path, USER_LABELS_ARTIFACT)


def _category_parameters(ranker: CategoryRanker, index: ReferenceIndex) -> dict[str, Any]:
    entries = index.entries["source"].value_counts()
    return {
        **ranker_parameters(ranker),
        **{f"finder.{name}": value for name, value in CandidateFinder().get_params().items()},
        **{f"entries.{source}": int(count) for source, count in entries.items()},
        **{f"weight.{source}": weight for source, weight in WEIGHTS.items()},
    }


def _about(plan: TrainingPlan, version: str, category: _Category, labels: JoinedLabels) -> str:
    """Tell the run in Markdown: what was made, from what, and how well it does."""
    own = category.found.to_frame()
    own = own[own["model"] == OWN]
    rows = [
        f"| {row.dataset} | {row.lines:,} | {row.top1:.3f} | {row.top5:.3f} | {row.factor_within_2x:.3f} | "
        f"{row.coverage:.1%} |"
        for row in own.itertuples()
    ]
    said = [
        f"Bundle `{version}`, {plan.name}. Figures on groups never seen, five folds, {EVALUATED_ON}:",
        "",
        "| set | lines | top-1 | top-5 | factor within 2x | in 90% range |",
        "|---|---|---|---|---|---|",
        *rows,
        "",
        "The runs beneath this one hold the parts: parameters, all figures, worst errors, pictures.",
    ]
    if labels.files:
        said.append(f"A user's own labels joined; what they did is in `{REPORT_FOLDER}/{REPORT_FILE}`.")
    return "\n".join(said)


def _titles() -> dict[str, str]:
    titles = naics_titles()
    six = titles[titles["naics_code"].str.fullmatch(r"\d{6}")]
    return dict(zip(six["naics_code"], six["title"], strict=True))
