"""The whole inspection: score, shares, scenarios, and what is printed and written."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from models.bundle import DEFAULT_BUNDLE
from models.persistence import load_model
from models.range_parts import range_parts
from serving.estimation import LedgerOptions, estimate_ledgers, read_ledgers
from serving.quality.answer import as_object
from serving.quality.inspection import inspect_ledgers
from serving.quality.page import write_page
from serving.quality.reference import Reference
from serving.quality.score import CRITERIA
from serving.supplier_table import read_supplier_table

COMMAND = Path(sys.executable).with_name("ledgerprint")
REAL = {
    "guys_2020_04.csv": 13_457,
    "guys_2020_05.csv": 15_038,
    "leeds_2020_06.csv": 16_177,
    "usaid_scms.csv": 10_324,
}


def fast(*paths, **said):
    options = LedgerOptions(**said)
    return inspect_ledgers(read_ledgers(paths, options), options, Reference.of_bundle(DEFAULT_BUNDLE), None)


def recalculated(inspection):
    """Add the score up again from what is written beside it."""
    return sum(one["points"] * one["share"] for one in as_object(inspection)["criteria"])


@pytest.fixture
def ledger(tmp_path):
    path = tmp_path / "ledger.csv"
    path.write_text(
        "Invoice Number,Description,Net Amount,Currency,Supplier,Quantity,Unit,Country\n"
        "1,Oak desk,4000,GBP,Acme Ltd,2,ea,GB\n"
        "1,Oak desk,4000,GBP,Acme Ltd,2,ea,GB\n"
        "2,SUNDRIES,500,GBP,Acme Ltd,,,GB\n"
        "2,White rice,900,GBP,Grain Ltd,,,GB\n"
        "3,Qualified nursing staff,700,GBP,,,,GB\n"
        "4,PAYE income tax,9000,GBP,HM Revenue and Customs,,,GB\n"
    )
    return path


def test_the_points_of_the_criteria_add_up_to_a_hundred():
    assert sum(criterion.points for criterion in CRITERIA) == 100


def test_shares_are_of_what_may_be_purchases_and_the_score_can_be_recalculated(ledger):
    inspection = fast(ledger)
    told = {one.code: one for one in inspection.findings}

    assert (inspection.lines, inspection.bought) == (6, 5)
    assert told["text_generic"].of_lines == pytest.approx(1 / 5)
    assert told["text_generic"].of_spend == pytest.approx(500 / 10_100)
    assert [example.line_id for example in told["line_repeated"].examples] == ["2"]
    assert inspection.score == pytest.approx(recalculated(inspection))
    assert 0 < inspection.score < 100
    assert inspection.scenarios == []


def test_every_finding_names_lines_of_the_ledger(ledger):
    for told in fast(ledger).findings:
        assert told.lines > 0
        assert told.examples
        assert {example.line_id for example in told.examples} <= {str(n) for n in range(1, 7)}


def test_a_table_of_suppliers_gives_codes_to_its_lines(ledger, tmp_path):
    table = tmp_path / "suppliers.csv"
    table.write_text("supplier,category\nGrain Ltd,311212\n")

    told = {one.code: one for one in fast(ledger, suppliers=read_supplier_table(table)).findings}

    assert told["code_missing"].lines == fast(ledger).lines - 2


def test_mending_is_worked_out_from_the_model(ledger):
    options = LedgerOptions()
    ledgers = read_ledgers([ledger], options)
    model = load_model()
    inspection = inspect_ledgers(ledgers, options, Reference.of_bundle(DEFAULT_BUNDLE), model)
    estimated = estimate_ledgers(ledgers, model, options)
    by_code = {one.code: one for one in inspection.scenarios}
    now = by_code["as_is"]

    assert (now.kg, now.kg_low, now.kg_high) == pytest.approx(
        (estimated.total_kg, estimated.total_kg_low, estimated.total_kg_high), rel=0.01
    )
    assert by_code["categories_known"].kg == pytest.approx(now.kg)
    assert by_code["categories_known"].width < now.width
    assert all(one.lines for one in inspection.scenarios)
    assert dict(inspection.facts)["Lines with a footprint"] == "5"
    copied = estimated.estimates["kg_co2e"].iloc[1]
    assert by_code["copies_left_out"].kg == pytest.approx(now.kg - copied)
    assert by_code["goods_by_mass"].width < by_code["goods_by_money"].width
    assert by_code["goods_by_mass"].lines == by_code["goods_by_money"].lines <= 5


def test_what_mending_would_do_takes_vat_from_each_ledger_as_that_says(tmp_path, monkeypatch):
    gross, net = tmp_path / "gross.csv", tmp_path / "net.csv"
    gross.write_text("Description,Gross Amount,Currency,Country\nOak desk,120,GBP,GB\n")
    net.write_text("Description,Net Amount,Currency,Country\nOak chair,100,GBP,GB\nPasta,9,GBP,GB\n")
    options, asked = LedgerOptions(), []

    def noted(model, lines, said):
        asked.append((lines["description"].tolist(), said.money.amounts_include_vat))
        return range_parts(model, lines, said)

    monkeypatch.setattr("serving.quality.inspection.range_parts", noted)
    ledgers = read_ledgers([gross, net], options)
    model = load_model()
    found = inspect_ledgers(ledgers, options, Reference.of_bundle(DEFAULT_BUNDLE), model)

    assert asked == [(["Oak desk"], True), (["Oak chair", "Pasta"], False)]
    now = next(one for one in found.scenarios if one.code == "as_is")
    assert now.kg == pytest.approx(estimate_ledgers(ledgers, model, options).total_kg)


def test_a_ledger_whose_money_cannot_be_compared_is_scored_by_lines_and_says_so(tmp_path):
    path, page = tmp_path / "ledger.csv", tmp_path / "page.html"
    path.write_text("Description,Net Amount\nOak desk,10\nChair,20\n")

    inspection = fast(path)
    write_page(inspection, page)

    assert {one["share_of"] for one in as_object(inspection)["criteria"]} == {"lines"}
    assert "no money that can be compared" in page.read_text("utf-8")
    assert "of spend</td>" not in page.read_text("utf-8")


def test_the_page_says_how_the_file_was_read_and_sets_commands_as_such(ledger, tmp_path):
    page = tmp_path / "page.html"
    inspection = fast(ledger)
    write_page(inspection, page)
    text = page.read_text("utf-8")

    assert as_object(inspection)["columns"][0]["columns"]["amount"] == "Net Amount"
    assert "Column of the document" in text
    assert "Amounts exclude VAT" in text
    assert "<code>--suppliers</code>" in text
    assert "`" not in text


def test_copies_told_by_the_number_of_the_order_count_as_numbered(tmp_path):
    path = tmp_path / "ledger.csv"
    path.write_text("PO Number,Description,Amount,Currency\n7,Oak desk,10,GBP\n7,Oak desk,10,GBP\n")

    facts = dict(fast(path).facts)

    assert facts["Lines with a number of their document or order"] == "2"


@pytest.mark.data_package
def test_lines_of_an_invoice_are_told_by_its_number(data_dir):
    invoice = data_dir / "documents/xrechnung/business-cases/standard/01.06a-INVOICE_uncefact.xml"

    facts = dict(fast(invoice).facts)

    assert facts["Lines with a number of their document or order"] == "7"


def test_a_hostile_text_is_shown_harmlessly(tmp_path):
    path = tmp_path / "ledger.csv"
    path.write_text(
        'Description,Amount,Currency\n"<script>alert(1)</script> =1+1 \u202eevil",10,GBP\n', "utf-8"
    )
    page = tmp_path / "page.html"

    write_page(fast(path), page)
    text = page.read_text("utf-8")

    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert "\u202e" not in text
    assert "default-src 'none'" in text


def test_the_command_prints_and_writes_what_it_found(ledger, tmp_path):
    answer, page = tmp_path / "out.json", tmp_path / "out.html"

    done = subprocess.run(  # noqa: S603 - our own command
        [COMMAND, "inspect", ledger, "--fast", "--json", answer, "--report", page],
        capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert "Data quality" in done.stdout
    said = json.loads(answer.read_text("utf-8"))
    assert said["lines"] == 6
    assert said["scenarios"] == []
    assert page.read_text("utf-8").startswith("<!doctype html>")


def test_the_command_refuses_to_overwrite_its_input(ledger):
    before = ledger.read_bytes()

    done = subprocess.run(  # noqa: S603 - our own command
        [COMMAND, "inspect", ledger, "--fast", "--json", ledger],
        capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip

    assert done.returncode == 2
    assert done.stderr.startswith("Error: ")
    assert ledger.read_bytes() == before


@pytest.mark.data_package
@pytest.mark.parametrize("name", REAL)
def test_a_real_ledger_is_inspected_whole(data_dir, name):
    inspection = fast(data_dir / "ledgers" / name, country=None if "usaid" in name else "GB")

    assert inspection.lines == REAL[name]
    assert inspection.score == pytest.approx(recalculated(inspection))
    assert 40 < inspection.score < 95
    copies = {one.code: one.of_lines for one in inspection.findings}
    assert copies.get("line_repeated", 0) + copies.get("booked_twice", 0) < 0.02
