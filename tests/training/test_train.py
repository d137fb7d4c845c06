import json
from dataclasses import replace
from functools import partial

import mlflow
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from features.line_items import line_items
from features.text import TextEncoder
from models.bundle import load_bundle
from models.persistence import load_model, save_model
from models.purchases import PurchaseExamples, PurchaseModel
from training.plan import TrainingPlan
from training.purchases import COMBINED
from training.registry import Registry
from training.scorecards import SCORECARD_FILE, read_scorecard
from training.search import Search
from training.share_alike import ShareAlike
from training.sources import IN_THE_BUNDLE, LEARNED_FROM, Sources
from training.train import retrain, train

pytestmark = [
    pytest.mark.data_package,
    # MLflow 3.17 uses an option that SQLAlchemy 2.1 has deprecated.
    pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy:DeprecationWarning"),
]

SAID = {
    "": ["copier paper", "nitrile gloves", "office chairs", "diesel fuel"],
    "payroll": ["staff wages", "monthly salaries"],
    "grant": ["bursary award", "community grant"],
    "tax": ["property levy", "municipal tax"],
}


def few_purchases(encoder: TextEncoder) -> PurchaseModel:
    """Fit on a handful of lines, each from ten payees, and never be sure enough to exclude a line."""
    rows = [(text, f"payee {n}", why) for n in range(10) for why, texts in SAID.items() for text in texts]
    lines = pd.DataFrame(rows, columns=["description", "supplier", "reason"])
    payees = lines["supplier"].to_numpy(dtype=object)
    examples = PurchaseExamples(
        lines=lines[["description", "supplier"]],
        vectors=encoder.transform(lines["description"]),
        reason=lines["reason"].to_numpy(dtype=object),
        weight=np.ones(len(lines)),
        ruled=np.full(len(lines), "purchase", dtype=object),
        groups=np.column_stack([payees, [""] * len(lines)]),
    )
    fitted = PurchaseModel(hash_bits=6).fit(examples)
    fitted.exclude_above_ = fitted.unclear_above_ = 1.0
    return fitted


def few_purchase_figures(_encoder, _seeds):
    return pd.DataFrame(
        {"set": ["all"], "model": [COMBINED], "found": [0.9], "wrongly_excluded": [0.01], "accuracy": [0.95]}
    )


def few_masses(entries):
    kg = 1.0 + np.arange(len(entries)) % 4
    return pd.DataFrame(
        {
            "text": entries["text"],
            "kind": entries["naics_code"],
            "group": entries["text"],
            "weight": 1.0,
            "kg_per_article": kg,
            "kg_per_usd": kg / 10,
            "usd_per_article": 10.0,
            "pieces_per_article": np.nan,
            "states_mass": False,
        }
    )


def few_products(entries, encode):
    goods = pd.concat([entries.assign(make=make) for make in ("plain", "fine", "small", "large")])
    value = 1.0 + pd.factorize(goods["naics_code"])[0]
    examples = pd.DataFrame(
        {
            "text": goods["text"] + ", " + goods["make"],
            "kg_co2e_per_kg": value,
            "gate_kg_co2e_per_kg": value,
            "boundary": "gate",
            "domain": goods["naics_code"],
            "group": goods["text"],
            "source": "uslci",
            "licence": "MIT",
            "weight": 1.0,
            "weight_kg": np.nan,
        }
    ).reset_index(drop=True)
    return examples, encode(examples["text"])


@pytest.fixture(scope="module")
def sources(entries, ledger_entries, ledger, council):
    return Sources(
        ledger_entries,
        [ledger, council],
        few_purchases,
        few_purchase_figures,
        partial(few_masses, entries),
        partial(few_products, entries),
    )


QUICK = TrainingPlan(quick=True)


@pytest.fixture(scope="module")
def trained(tmp_path_factory, sources):
    folder = tmp_path_factory.mktemp("training")
    said = []
    uri = f"sqlite:///{folder / 'runs.db'}"
    once, again = (
        train(folder / name, QUICK, tracking_uri=uri, sources=sources, say=said.append)
        for name in ("once", "again")
    )
    return once, again, uri, said


@pytest.fixture(scope="module")
def run(trained):
    mlflow.set_tracking_uri(trained[2])
    return mlflow.get_run(trained[0].run_id)


@pytest.fixture(scope="module")
def parts(trained, run):
    """Runs beneath the run, by name."""
    mlflow.set_tracking_uri(trained[2])
    found = mlflow.search_runs(
        experiment_names=["ledgerprint"],
        filter_string=f"tags.mlflow.parentRunId = '{run.info.run_id}'",
        output_format="list",
    )
    return {beneath.info.run_name: beneath for beneath in found}


def artifacts(run, folder="evaluation"):
    return {
        file.path.rpartition("/")[2] for file in mlflow.MlflowClient().list_artifacts(run.info.run_id, folder)
    }


def test_training_twice_makes_the_same_bundle_to_the_byte(trained):
    once, again, _, _ = trained
    assert once.version == again.version == load_bundle(again.folder).version
    assert once.run_id != again.run_id


def test_what_was_trained_can_be_loaded_and_saved_again_and_knows_its_goods(trained, tmp_path):
    model = load_model(trained[0].folder)
    lines = pd.DataFrame(
        {
            "description": ["latex gloves", "unleaded petrol", "filing cabinet", "monthly salaries"],
            "supplier": ["", "delta fuels", "", ""],
            "amount": 100.0,
            "currency": "USD",
            "country": "US",
        }
    )
    estimates = model.predict(line_items(lines))
    assert estimates["category_code"].tolist()[:3] == ["339113", "324110", "337214"]
    assert estimates["status"].tolist()[3] == "excluded"
    assert np.isfinite(model.doubt.multiple_)
    assert save_model(model, tmp_path / "again") == model.version == trained[0].version
    pd.testing.assert_frame_equal(load_model(tmp_path / "again").predict(line_items(lines)), estimates)


def test_a_ledger_on_which_nothing_was_bought_is_answered(trained):
    model = load_model(trained[0].folder)
    lines = line_items(pd.DataFrame({"description": ["Salaries"], "amount": [1.0], "currency": ["GBP"]}))
    assert model.predict(lines)["status"].tolist() == ["excluded"]
    assert len(model.predict(lines.iloc[:0])) == 0


def test_the_run_holds_parameters_figures_data_versions_and_plots(trained, run, tmp_path):
    assert run.info.status == "FINISHED"
    said = run.data.params
    assert {"seed", "quick", "encoder", "encoder_sha256", "ranker.rounds"} <= set(said)
    assert (said["quick"], said["entries"]) == (
        "True",
        str(len(load_bundle(trained[0].folder).tables["entries"])),
    )
    assert set(run.data.metrics) == {
        *(
            f"{name}.{figure}"
            for name in ("public", "austin")
            for figure in ("top1", "within_2x", "coverage")
        ),
        *(
            f"mass.{target}.{figure}"
            for target in ("kg_per_article", "kg_per_usd")
            for figure in ("within_2x", "coverage")
        ),
        "intensity.kg_co2e_per_kg.within_2x",
        "intensity.kg_co2e_per_kg.coverage",
    }
    assert run.info.run_name == "quick, seed 0"
    assert "| public | 80 |" in run.data.tags["mlflow.note.content"]
    mlflow.artifacts.download_artifacts(run_id=run.info.run_id, dst_path=str(tmp_path))
    versions = json.loads((tmp_path / "data_versions.json").read_text())
    assert set(versions) == {*IN_THE_BUNDLE, *LEARNED_FROM}
    assert json.loads((tmp_path / "model_card.json").read_text())["data"] == versions


def test_the_run_holds_the_bundle_and_the_scorecard_it_is_compared_by(trained, run, tmp_path):
    mlflow.artifacts.download_artifacts(run_id=run.info.run_id, dst_path=str(tmp_path))
    assert load_bundle(tmp_path / "bundle").version == run.data.tags["bundle_version"] == trained[0].version
    card = read_scorecard(tmp_path / SCORECARD_FILE)
    of_products = card["dataset"].str.startswith("products.")
    pd.testing.assert_frame_equal(card[~of_products], trained[0].evaluation.scorecard)
    assert card.loc[~of_products, "dataset"].value_counts().to_dict() == {"public": 80, "austin": 20}
    assert (card.loc[of_products, "method"] == "average-data").all()
    assert of_products.sum() > 50


def test_parts_of_the_model_have_runs_of_their_own_beneath(parts):
    assert set(parts) == {"category", "purchases", "mass", "intensity", "ladder"}
    assert {part.info.status for part in parts.values()} == {"FINISHED"}
    assert all(part.data.tags["mlflow.note.content"] for part in parts.values())
    said = parts["category"].data.params
    assert (said["entries.naics_2017_index"], said["entries.austin"]) == ("10", "20")
    assert said["finder.candidates"] == "40"
    assert parts["mass"].data.params["examples.339113"] == "4"
    assert parts["intensity"].data.params["rounds"] == "80"


def test_parts_hold_figures_beside_baselines_worst_errors_and_pictures(parts):
    assert {"public.ledgerprint.top1", "public.TF-IDF.factor_mape", "austin.constant.top5"} <= set(
        parts["category"].data.metrics
    )
    assert "kg_per_usd.8-neighbours.all.within_2x" in parts["mass"].data.metrics
    assert "constant.all.within_2x" in parts["intensity"].data.metrics
    pictures = {"calibration.png", "coverage.png", "learning_curve_rounds.png", "learning_curve_groups.png"}
    assert artifacts(parts["category"]) >= {"scores.csv", "worst_errors.csv", *pictures}
    quantity = {f"{what}_kg_per_usd.png" for what in ("estimate_against_truth", "coverage")}
    assert artifacts(parts["mass"]) >= {"scores.csv", "worst_errors.csv", *quantity}
    assert "estimate_against_truth_kg_co2e_per_kg.png" in artifacts(parts["intensity"])


def test_the_learning_curve_is_a_metric_with_steps(trained, parts):
    mlflow.set_tracking_uri(trained[2])
    run_id = parts["category"].info.run_id
    curve = mlflow.MlflowClient().get_metric_history(run_id, "held_out.public.top1")
    assert [point.step for point in curve] == list(range(8, 81, 8))


def test_the_model_is_logged_as_one_that_plain_mlflow_loads(trained, run):
    mlflow.set_tracking_uri(trained[2])
    (logged,) = mlflow.search_logged_models(
        experiment_ids=[run.info.experiment_id],
        filter_string=f"source_run_id = '{run.info.run_id}'",
        output_format="list",
    )
    assert logged.tags["bundle_version"] == trained[0].version


def test_artifacts_lie_beside_the_database_and_nowhere_else(trained, run):
    assert str(trained[0].folder.parent / "mlruns") in run.info.artifact_uri


def test_the_user_is_told_what_is_being_done(trained, ledger_entries):
    assert any(f"encoding {len(ledger_entries)} entries" in text for text in trained[3])


def test_another_seed_makes_another_bundle(trained, sources, tmp_path):
    uri = f"sqlite:///{tmp_path / 'runs.db'}"
    other = train(tmp_path / "other", TrainingPlan(seed=7, quick=True), tracking_uri=uri, sources=sources)
    assert other.version != trained[0].version


def test_a_bundle_of_share_alike_products_carries_their_terms_in_its_card_and_its_evidence(
    trained, sources, tmp_path
):
    def inherited(encode):
        examples, vectors = sources.products(encode)
        return examples.assign(source="boavizta", licence="ODbL-1.0"), vectors

    plan = TrainingPlan(quick=True, share_alike=(ShareAlike.BOAVIZTA,))
    taken = replace(sources, products=inherited, share_alike=plan.share_alike)
    uri = f"sqlite:///{tmp_path / 'runs.db'}"
    made = train(tmp_path / "bundle", plan, tracking_uri=uri, sources=taken)

    card = load_bundle(made.folder).metadata["card"]
    assert card["share_alike"]["licences"] == ["ODbL-1.0"]
    assert "under the same licence" in card["share_alike"]["terms"]
    assert card["data"][ShareAlike.BOAVIZTA.file]["licence"] == "ODbL-1.0"
    assert Registry(uri).run(made.run_id).parameters["share_alike"] == "boavizta"
    assert "share_alike" not in load_bundle(trained[0].folder).metadata["card"]

    bought = {"description": ["nitrile gloves, plain"], "quantity": [5.0], "unit": ["KGM"]}
    estimate = load_model(made.folder).predict(line_items(pd.DataFrame(bought))).iloc[0]
    assert estimate["method"] == "average-data"
    assert {product["licence"] for product in json.loads(estimate["evidence"])} == {"ODbL-1.0"}
    assert "(boavizta, ODbL-1.0)" in estimate["factor_source"]


LABELS = """description,supplier,category_code,kg_co2e,mass_kg
theatre drapes,mediwrap,339113,,
oak desk,,337214,120,40
oak desk,,339113,,
writing paper,,9,,
"""


def test_labels_and_what_a_search_chose_are_in_the_run_from_which_it_is_trained_again(
    trained, sources, tmp_path, monkeypatch
):
    monkeypatch.setattr(Sources, "of_reference_data", classmethod(lambda *_: sources))
    monkeypatch.setattr("training.train.search_ranker", chosen_by_a_search)
    (tmp_path / "mine.csv").write_text(LABELS)
    plan = TrainingPlan(quick=True, labels=(tmp_path / "mine.csv",), labels_weight=3.0, search_minutes=1.0)
    uri = f"sqlite:///{tmp_path / 'runs.db'}"

    made = train(tmp_path / "bundle", plan, tracking_uri=uri)
    (tmp_path / "mine.csv").unlink()

    record = Registry(uri).run(made.run_id)
    assert record.data["user labels/mine.csv"]
    assert (record.parameters["labels_weight"], record.parameters["ranker.rounds"]) == ("3.0", "33")
    assert artifacts(mlflow.get_run(made.run_id), "user_labels_report") == {"report.md", "lines.csv"}
    assert "mine.csv: 4 lines, 2 joined" in made.label_report
    entries = load_bundle(made.folder).tables["entries"]
    mine = entries[entries["source_code"].str.startswith("user labels/mine.csv")]
    assert set(mine["naics_code"]) == {"339113", "337214"}
    assert set(mine["weight"]) == {3.0}
    assert retrain(record, tmp_path / "again") == made.version
    # figures of the other sets stay comparable: the user's lines are not among them
    pd.testing.assert_series_equal(
        made.evaluation.scorecard["record"], trained[0].evaluation.scorecard["record"]
    )


def chosen_by_a_search(_index, _lines, ranker, _minutes, _say):
    return Search(clone(ranker).set_params(rounds=33), pd.DataFrame(), "Taken.")


def test_a_training_that_fails_leaves_a_failed_run_and_no_bundle(trained, sources, tmp_path):
    def hears(text):
        if "encoding" in text:
            raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"):
        train(tmp_path / "bundle", QUICK, tracking_uri=trained[2], sources=sources, say=hears)
    mlflow.set_tracking_uri(trained[2])
    assert "FAILED" in set(mlflow.search_runs(experiment_names=["ledgerprint"])["status"])
    assert not (tmp_path / "bundle").exists()
