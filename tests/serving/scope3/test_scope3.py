"""Scope 3 categories: which rule takes which line, and sums that nobody counts twice."""

import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from serving.scope3.categories import scope3_categories
from serving.scope3.rules import scope3_rules
from serving.scope3.summary import scope3_summary

COMMAND = Path(sys.executable).with_name("ledgerprint")


@pytest.mark.parametrize(
    ("naics", "category"),
    [
        ("221118", "scope-2-energy"),
        ("221210", "scope-1-fuel"),
        ("324110", "scope-1-fuel"),
        ("221320", "category-5"),
        ("562111", "category-5"),
        ("481111", "category-6"),
        ("481112", "category-4"),
        ("484121", "category-4"),
        ("721110", "category-6"),
        ("532111", "category-6"),
        ("532112", "category-8"),
        ("531120", "category-8"),
    ],
)
def test_what_is_reported_elsewhere_is_told_by_the_longest_code(naics, category):
    found = scope3_rules().elsewhere_of(naics)

    assert found is not None
    assert found.category == category


def test_electricity_that_was_taken_for_gas_is_told_by_its_words():
    found = scope3_rules().elsewhere_of("221210", "hh electricity civic centre | place")

    assert found is not None
    assert found.category == "scope-2-energy"
    assert scope3_rules().elsewhere_of("541330", "electricity survey | place") is None


@pytest.mark.parametrize("naics", ["324121", "339113", "325412", "561320", "221310"])
def test_ordinary_goods_and_services_are_reported_nowhere_else(naics):
    assert scope3_rules().elsewhere_of(naics) is None


@pytest.mark.parametrize(
    ("account", "capital"),
    [
        ("capital expenditure ward 3", True),
        ("fixed asset clearing", True),
        ("assets under construction", True),
        ("non capital equipment", False),
        ("depreciation of fixed assets", False),
        ("office supplies", False),
        ("capital city tours", False),
    ],
)
def test_the_words_of_an_account_tell_capital_goods(account, capital):
    assert bool(scope3_rules().capital.words_in(account)) is capital


def test_the_books_of_the_buyer_decide_before_words_and_kinds(estimated):
    first = estimated.estimates["kg_co2e"].notna().to_numpy().nonzero()[0][:2]
    booked = pd.Series("", index=estimated.source.index)
    booked.iloc[first[0]], booked.iloc[first[1]] = "C", "R"
    lines = estimated.lines.copy()
    lines.loc[first[1], "description"] = "Fixed assets: scanner"
    result = dataclasses.replace(
        estimated, source=estimated.source.assign(**{"Capital/Revenue": booked}), lines=lines
    )

    told = scope3_categories(result, capital_threshold=0.0)

    assert told["category"].iloc[first[0]] == "category-2"
    assert told["category"].iloc[first[1]] != "category-2"


def test_kinds_are_capital_goods_only_from_the_stated_amount_on(estimated):
    computers = (estimated.estimates["category_code"] == "334111").to_numpy()
    size = estimated.lines["amount"].abs().to_numpy()
    middle = float(pd.Series(size[computers]).median())

    without = scope3_categories(estimated, None)["category"]
    stated = scope3_categories(estimated, middle)["category"]

    assert computers.sum() > 1
    assert not (without[computers] == "category-2").any()
    assert ((stated == "category-2").to_numpy()[computers] == (size[computers] >= middle)).all()


def test_every_line_with_a_figure_is_in_one_category_and_the_rest_is_told_with_its_reason(estimated):
    summary = scope3_summary(estimated, None)
    valued = estimated.estimates["kg_co2e"].notna()

    assert summary.categories["lines"].sum() == valued.sum()
    assert summary.excluded["lines"].sum() == (~valued).sum()
    assert summary.rules["lines"].sum() == valued.sum()
    assert summary.categories["kg_co2e"].sum() == pytest.approx(estimated.total_kg)
    assert set(summary.categories.query("reported_here")["category"]) == {"category-1", "category-2"}


def test_shares_of_methods_and_of_data_add_up(estimated):
    told = scope3_summary(estimated, None).categories
    told = told[told["lines"] > 0]
    methods = [name for name in told.columns if name.startswith("share_") and name.count("_") == 2]

    assert told["share_primary"].add(told["share_secondary"]).tolist() == pytest.approx([1.0] * len(told))
    assert {"share_average_data", "share_spend_based"} <= set(methods)
    assert (told["kg_co2e_low"] <= told["kg_co2e"]).all()
    assert (told["kg_co2e"] <= told["kg_co2e_high"]).all()


def test_what_is_often_capitalised_is_said_where_no_amount_is_stated(estimated):
    lines, usd = scope3_summary(estimated, None).often_capitalised

    assert lines > 0
    assert usd > 0


def test_what_the_ledger_books_as_revenue_is_not_said_to_be_often_capitalised(estimated):
    result = dataclasses.replace(estimated, source=estimated.source.assign(**{"Capital/Revenue": "R"}))

    assert scope3_summary(result, None).often_capitalised == (0, 0.0)


def run(*arguments):
    return subprocess.run(  # noqa: S603 - our own command
        [COMMAND, "scope3", *arguments], capture_output=True, text=True, timeout=180, check=False
    )


@pytest.fixture
def ledger(tmp_path):
    path = tmp_path / "ledger.csv"
    path.write_text(
        "Description,Net Amount,Currency,Country,Capital/Revenue\n"
        "CT scanner,400000,GBP,GB,C\nElectricity supply,9000,GBP,GB,R\nNitrile gloves,100,GBP,GB,R\n"
    )
    return path


def test_the_command_writes_csv_and_json_that_agree(ledger, tmp_path):
    table, said = tmp_path / "s.csv", tmp_path / "s.json"

    for output in (table, said):
        done = run(ledger, "-o", output)
        assert done.returncode == 0, done.stderr
    rows = pd.read_csv(table).set_index("category")
    answer = json.loads(said.read_text("utf-8"))

    assert rows.loc["category-2", "lines"] == 1
    assert rows.loc["scope-2-energy", "lines"] == 1
    assert rows.loc["category-1", "lines"] == 1
    assert {row["category"]: row["kg_co2e"] for row in answer["categories"]} == pytest.approx(
        rows["kg_co2e"].to_dict()
    )
    empty = next(row for row in answer["categories"] if row["category"] == "category-8")
    assert (empty["lines"], empty["share_primary"]) == (0, None)
    assert "the ledger books it as capital" in {rule["because"] for rule in answer["rules"]}


def test_lines_without_a_figure_are_told_with_their_reason_not_as_a_footprint_of_nothing(tmp_path):
    ledger, table = tmp_path / "ledger.csv", tmp_path / "s.csv"
    ledger.write_text("Description,Net Amount\nNitrile gloves,100\nPAYE income tax,50\n")

    done = run(ledger, "-o", table)
    rows = pd.read_csv(table)
    without = rows[rows["category"].isin(["unmatched", "excluded"])]

    assert "Unmatched: currency missing" in done.stdout
    assert "say --currency or --country" in " ".join(done.stdout.split())
    assert "No line has a figure" in done.stdout
    assert "0 kg" not in done.stdout
    assert rows["lines"].sum() == without["lines"].sum() == 2
    assert without["kg_co2e"].isna().all()


def test_an_output_of_another_kind_is_refused(ledger, tmp_path):
    done = run(ledger, "-o", tmp_path / "s.txt")

    assert done.returncode == 2
    assert ".csv, .json" in done.stderr
    assert not (tmp_path / "s.txt").exists()
