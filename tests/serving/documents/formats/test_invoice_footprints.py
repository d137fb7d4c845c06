"""Invoices out: footprints on the items of a UBL invoice that stays valid, and the rules that say so."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from data.errors import OutputError, UnreadableDocumentError
from serving.documents import read_ledger
from serving.documents.formats import ubl_footprints
from serving.documents.formats.invoice_rules import RulesNotCheckedError, check_rules
from serving.documents.formats.ubl_footprints import with_footprints
from serving.documents.formats.ubl_invoice import UblInvoiceFormat
from serving.estimation import LedgerOptions
from serving.format_commands import app
from serving.invoice_footprints import footprint_invoice

pytestmark = pytest.mark.data_package


@pytest.fixture(scope="module")
def samples(data_dir) -> Path:
    return data_dir / "documents" / "en16931"


@pytest.fixture(scope="module")
def rules(samples) -> Path:
    return samples / "xslt" / "en16931_ubl_validation.xslt"


def estimates(count: int) -> pd.DataFrame:
    row = {
        "kg_co2e": 1.25e-5,
        "kg_co2e_low": 2.0,
        "kg_co2e_high": float("nan"),
        "method": "spend-based",
        "status": "review",
        "reason": "category_uncertain",
        "estimate_id": "ab12",
    }
    return pd.DataFrame([row] * count)


def properties(line) -> dict[str, str]:
    pairs = (pair.rpartition(": ") for pair in line.own["item_properties"].split("; "))
    return {name: value for name, _, value in pairs}


def test_every_sample_stays_as_valid_as_it_was(samples, rules):
    for path in sorted((samples / "ubl_examples").glob("*.xml"))[::3]:
        content = path.read_bytes()
        (before,) = UblInvoiceFormat().read(content, path.name)
        written, _ = with_footprints(content, path.name, estimates(len(before.lines)))
        assert check_rules(written, path.name, rules) == check_rules(content, path.name, rules), path.name
        (after,) = UblInvoiceFormat().read(written, path.name)
        assert [line.amount for line in after.lines] == [line.amount for line in before.lines]


def test_a_line_carries_figure_range_method_status_and_estimate(samples):
    content = (samples / "ubl_examples" / "guide-example2.xml").read_bytes()
    written, placeless = with_footprints(content, "invoice.xml", estimates(6))
    (document,) = UblInvoiceFormat().read(written, "invoice.xml")
    assert placeless == 1
    assert document.lines[1].own["item_properties"] == (
        "Carbon footprint (kg CO2e): 0.0000125; Carbon footprint, 5th percentile (kg CO2e): 2; "
        "Carbon footprint method (GHG Protocol): spend-based; "
        "Carbon footprint status: review: category_uncertain; Carbon footprint estimate (ledgerprint): ab12"
    )
    assert "Color: Black" in document.lines[0].own["item_properties"]


def test_writing_twice_replaces_what_was_written(samples):
    content = (samples / "ubl_examples" / "guide-example2.xml").read_bytes()
    once, _ = with_footprints(content, "invoice.xml", estimates(6))
    twice, _ = with_footprints(once, "invoice.xml", estimates(6))
    assert twice == once


def test_another_document_is_refused(samples):
    content = (samples / "cii_examples" / "CII_example2.xml").read_bytes()
    with pytest.raises(UnreadableDocumentError, match="expected a UBL invoice"):
        with_footprints(content, "invoice.xml", estimates(1))


def test_a_broken_rule_is_found_and_put_to_its_line(samples, rules):
    content = (samples / "ubl_examples" / "guide-example2.xml").read_bytes()
    broken = content.replace(b"<cbc:Name>Network cable</cbc:Name>", b"<cbc:Name></cbc:Name>")
    broken = broken.replace(b">1436.50</cbc:LineExtensionAmount>", b">1.00</cbc:LineExtensionAmount>")
    found = {(finding.rule, finding.line) for finding in check_rules(broken, "invoice.xml", rules)}
    assert ("BR-CO-10", None) in found
    assert ("BR-25", 5) in found


def test_a_stylesheet_that_is_none_is_said_so(samples, tmp_path):
    content = (samples / "ubl_examples" / "guide-example2.xml").read_bytes()
    stylesheet = tmp_path / "rules.xslt"
    stylesheet.write_text("<nothing/>", encoding="utf-8")
    with pytest.raises(RulesNotCheckedError, match="expected a compiled Schematron"):
        check_rules(content, "invoice.xml", stylesheet)


@pytest.mark.parametrize("content", [None, "no XML", "<nothing/>"], ids=["missing", "broken", "none"])
def test_the_command_says_what_is_wrong_with_a_stylesheet_and_shows_no_traceback(samples, tmp_path, content):
    stylesheet = tmp_path / "rules.xslt"
    if content is not None:
        stylesheet.write_text(content, encoding="utf-8")
    invoice = samples / "ubl_examples" / "guide-example2.xml"
    command = [sys.executable, "-m", "ledgerprint", "formats", "rules", str(invoice)]

    done = subprocess.run(  # noqa: S603 - the command of this package
        [*command, "--stylesheet", str(stylesheet)], capture_output=True, text=True, check=False
    )

    assert done.returncode == 2
    assert done.stderr.lower().startswith("error: ")
    assert f"{stylesheet}" in done.stderr
    assert "expected a compiled Schematron" in done.stderr
    assert "check the" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_without_the_processor_the_remedy_is_named(samples, rules, monkeypatch):
    monkeypatch.setitem(sys.modules, "saxonche", None)
    content = (samples / "ubl_examples" / "guide-example2.xml").read_bytes()
    with pytest.raises(RulesNotCheckedError, match=r"install `ledgerprint\[rules\]`"):
        check_rules(content, "invoice.xml", rules)


def test_the_command_leaves_with_status_1_where_a_rule_is_broken(samples, rules, tmp_path):
    invoice = samples / "ubl_examples" / "guide-example2.xml"
    sound = CliRunner().invoke(app, ["rules", str(invoice), "--stylesheet", str(rules)])
    assert (sound.exit_code, sound.output) == (0, "guide-example2.xml: 0 rules broken, 0 warnings.\n")
    broken = tmp_path / "broken.xml"
    broken.write_bytes(invoice.read_bytes().replace(b">1436.50</cbc:LineExt", b">1.00</cbc:LineExt"))
    result = CliRunner().invoke(app, ["rules", str(broken), "--stylesheet", str(rules)])
    assert result.exit_code == 1
    assert "fatal BR-CO-10 (document)" in result.output


def test_an_invoice_comes_back_with_what_the_model_says(samples, tmp_path):
    invoice = samples / "ubl_examples" / "guide-example2.xml"
    output = tmp_path / "out.xml"
    said = footprint_invoice(invoice, output, LedgerOptions())
    assert "footprints on 5 lines; 1 charges" in said
    (document,) = UblInvoiceFormat().read(output.read_bytes(), output.name)
    assert ubl_footprints.FOOTPRINT in properties(document.lines[0])
    assert read_ledger(output).lines["amount"].tolist() == read_ledger(invoice).lines["amount"].tolist()


def test_an_invoice_is_not_written_over(samples):
    invoice = samples / "ubl_examples" / "guide-example2.xml"
    with pytest.raises(OutputError, match="choose another name"):
        footprint_invoice(invoice, invoice, LedgerOptions())
