"""A buyer's supplier table: read, matched with lines, joined as evidence, and told."""

import json

import pandas as pd
import pytest

from features.line_items import line_items
from models.buyer_codes import BuyerCodes
from models.footprint import FootprintModel
from models.persistence import load_model
from serving.estimation import LedgerOptions, estimate_ledgers, read_ledgers
from serving.supplier_table import SupplierTableError, read_supplier_table

CODES = BuyerCodes(
    pd.DataFrame(
        {
            "scheme": ["NAICS", "NAICS", "NACE"],
            "code": ["339113", "337214", "3250"],
            "naics_code": ["339113", "337214", "339113"],
        }
    )
)


@pytest.fixture
def read(tmp_path):
    def run(text, name="suppliers.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return read_supplier_table(path)

    return run


def test_names_match_whatever_their_case_punctuation_and_legal_form(read):
    table = read("Supplier,Category,note\nMedi-Wrap Ltd,339113,x\n\nSeat & Desk Inc.,337214.0,\n")
    lines = line_items(
        pd.DataFrame(
            {
                "description": ["drapes", "stools", "pens", "gloves"],
                "supplier": ["MEDI WRAP LIMITED", "seat and desk", "Unknown", ""],
            }
        )
    )
    coded = table.known_by(CODES).code(lines)
    assert coded.lines["category_code"].tolist() == ["339113", "337214", "", ""]
    assert coded.lines["category_scheme"].tolist() == ["NAICS", "NAICS", "", ""]
    assert coded.rows.tolist() == [2, 4, 0, 0]


def test_a_code_on_the_line_stands(read):
    table = read("supplier,category,scheme\nMediwrap,32.50,NACE\n")
    lines = line_items(
        pd.DataFrame(
            {
                "description": ["drapes", "drapes"],
                "supplier": "Mediwrap",
                "category_code": ["337214", ""],
                "category_scheme": ["NAICS", ""],
            }
        )
    )
    coded = table.known_by(CODES).code(lines)
    assert coded.lines["category_code"].tolist() == ["337214", "32.50"]
    assert coded.lines["category_scheme"].tolist() == ["NAICS", "NACE"]
    assert coded.rows.tolist() == [0, 2]


def test_rows_that_contradict_each_other_are_refused_with_both(read):
    with pytest.raises(
        SupplierTableError, match=r"row 2 says NAICS 339113 of 'Acme Ltd', row 3 says NAICS 33"
    ):
        read("supplier,category\nAcme Ltd,339113\nACME PLC,337214\n")
    assert len(read("supplier,category\nAcme Ltd,339113\nACME PLC,339113\n").rows) == 1


def test_a_row_with_an_unknown_code_is_named_and_the_rest_goes_on(read):
    table = read("supplier,category,scheme\nA,339119,\nB,337214,\nC,3250,NACE\nD,1,PANTONE\nE,,\n,337214,\n")
    known = table.known_by(CODES)
    assert {row.supplier for row in known.rows.values()} == {"B", "C"}
    said = " ".join(known.problems)
    assert "row 2 (A): got the NAICS code '339119', expected one that the look-up of codes knows" in said
    assert "row 5 (D): got the PANTONE code '1'" in said
    assert "row 6: got no category" in said
    assert "row 7: got no supplier" in said


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("supplier,naics\nA,339113\n", "expected 'supplier' and 'category' once each"),
        ("supplier,category,category\nA,1,2\n", "once each"),
        ("supplier,category\nA,\n", "no usable row.*row 2: got no category"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused(read, text, sentence):
    with pytest.raises(SupplierTableError, match=sentence):
        read(text)


@pytest.fixture(scope="module")
def model() -> FootprintModel:
    return load_model()


def test_a_suppliers_code_is_evidence_as_a_code_on_the_line_is_and_the_explanation_says_so(
    model, tmp_path, read
):
    header = "Description,Supplier,Amount,Currency,Country,Category code,Code scheme"
    plain = tmp_path / "plain.csv"
    plain.write_text(f"{header}\nsundries,Zorblax Ltd,100,GBP,GB,,\npiano,Harmony,900,GBP,GB,,\n")
    stated = tmp_path / "stated.csv"
    stated.write_text(f"{header}\nsundries,Zorblax Ltd,100,GBP,GB,339113,NAICS\n")
    table = read("supplier,category\nZORBLAX,339113\nNobody,337214\nMystery,000000\n")
    options = LedgerOptions(suppliers=table)

    result = estimate_ledgers(read_ledgers([plain], options), model, options)
    by_line = estimate_ledgers(read_ledgers([stated], LedgerOptions()), model, LedgerOptions())

    ours, theirs = result.estimates.iloc[0], by_line.estimates.iloc[0]
    assert ours["category_code"] == theirs["category_code"] == "339113"
    assert ours["kg_co2e"] == theirs["kg_co2e"]
    assert json.loads(ours["alternatives"]) == json.loads(theirs["alternatives"])
    assert result.lines["category_code"].tolist() == ["339113", ""]
    assert "NAICS 339113 is that of its supplier 'ZORBLAX' in suppliers.csv, row 2." in ours["explanation"]
    assert "suppliers.csv" not in result.estimates["explanation"][1]
    notes = " ".join(result.notes)
    assert "Supplier table suppliers.csv: 1 lines took their supplier's code from it." in notes
    assert "1 of 2 suppliers are on no line: Nobody." in notes
    assert "row 4 (Mystery): got the NAICS code '000000'" in notes


def test_notes_about_the_table_hold_for_all_ledgers(model, tmp_path, read):
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    for path, supplier in zip(paths, ("Zorblax", "Harmony"), strict=True):
        path.write_text(f"Description,Supplier,Amount,Currency,Country\nsundries,{supplier},100,GBP,GB\n")
    options = LedgerOptions(suppliers=read("supplier,category\nZorblax,339113\nHarmony,339992\n"))

    notes = estimate_ledgers(read_ledgers(paths, options), model, options).notes

    assert not any("on no line" in note for note in notes)
    assert sum("1 lines took" in note for note in notes) == 2


def test_one_code_written_in_two_ways_is_no_contradiction(read):
    table = read("supplier,category,scheme\nAcme,337214,NAICS\nACME,337214,NAICS 2017\n日本,339113,\n")
    assert sorted(row.supplier for row in table.rows.values()) == ["Acme", "日本"]
