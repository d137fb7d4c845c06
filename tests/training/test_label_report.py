from types import SimpleNamespace

import pytest

from models.factor_tables import load_factor_sets
from models.reference_index import ReferenceIndex
from training.category import fit_category, labelled_lines
from training.evaluation import evaluate
from training.joined_labels import JoinedLabels
from training.label_report import evaluated_lines, report_labels
from training.sources import Sources

pytestmark = pytest.mark.data_package

LABELS = """description,supplier,category_code,kg_co2e,mass_kg
zorblax flimp,Quxorian Ltd,324110,,
zorblax flimp,Quxorian,324110,,
nitrile gloves,,339113,,
copier paper,,,2.5,2.5
copier paper,,,,
"""


@pytest.fixture(scope="module")
def trained(tmp_path_factory, ledger_entries, ledger, council, encoder, small_ranker):
    path = tmp_path_factory.mktemp("labels") / "mine.csv"
    path.write_text(LABELS)
    reference = Sources(ledger_entries, [council, ledger])
    labels = JoinedLabels.read([path], set(ledger_entries["naics_code"]))
    joined = labels.join(reference)
    index = ReferenceIndex.from_vectors(joined.entries, encoder.transform(joined.entries["text"]))
    lines = labelled_lines(joined.sets, encoder)
    fitted = fit_category(index, lines, small_ranker)
    known, evaluated = evaluated_lines(fitted, lines, reference.sets)
    found = evaluate(known, evaluated, load_factor_sets()["epa-v1.3"])
    return labels, fitted, lines, found


def test_users_lines_are_left_out_of_the_evaluation(trained, ledger, council):
    _, fitted, _, found = trained
    assert len(fitted.held_out.toarray()) == len(ledger.text) + len(council.text) + 3
    assert found.scorecard["record"].tolist() == [*council.record, *ledger.record]


def test_without_users_lines_everything_is_evaluated_as_it_is(fitted, lines):
    assert evaluated_lines(fitted, lines, lines.sets) == (fitted, lines)


def test_the_report_says_what_joined_what_did_not_and_what_changed(trained, fitted, encoder, monkeypatch):
    before = SimpleNamespace(version="before", category=fitted.model, encoder=encoder)
    monkeypatch.setattr("training.label_report.load_model", lambda _: before)
    monkeypatch.setattr("training.label_report.shipped_scorecard", lambda _: trained[3].scorecard)
    report = report_labels(*trained, quick=True)
    told = report.lines.set_index("row")
    assert told.loc[2, "label"] == told.loc[2, "after"] == "324110"
    assert told.loc[2, "before"] != "324110"
    assert told.loc[5, ["use", "before", "unseen", "after"]].tolist() == ["kg CO2e per kg", "", "", ""]
    assert told.loc[6, "use"].startswith("not used: Line 6: got no label")
    for sentence in (
        "mine.csv: 5 lines, 4 joined, with 2 times their own weight",
        "used for category: 3",
        "used for kg CO2e per kg: 1",
        "mine.csv: Line 6: got no label",
        "by the shipped model",
        "on 3 (100%) by the new model",
        "| zorblax flimp | Quxorian Ltd | 324110 |",
        "| public | top1 |",
        "A quick training learns from few lines",
    ):
        assert sentence in report.text
    assert (report.other_sets["difference"] == 0).all()
    assert set(report.other_sets["kind"]) == {"dataset"}


def test_a_missing_model_before_is_said_and_nothing_else_is_lost(trained, tmp_path):
    report = report_labels(*trained, quick=False, before=tmp_path)
    assert "There is no model before to compare with" in report.text
    assert (report.lines["before"] == "").all()
    assert report.other_sets.empty
    assert "on 3 (100%) by the new model" in report.text
