"""Screening on ledgers in the manner of other buyers, with answers given before any line was screened.

The lines stand in the CSV file beside this one; the reason is an accountant's, and empty for a purchase. The
tables of kinds were changed after each batch was scored, so no batch says any longer how a further buyer will
fare: the scores from before those changes stand in ``docs/decisions/0005-screening.md``.
"""

from pathlib import Path

import pandas as pd
import pytest

from features.line_items import line_items
from features.screening import screen


@pytest.fixture(scope="module")
def judged():
    lines = pd.read_csv(Path(__file__).with_suffix(".csv"), keep_default_na=False)
    given = screen(line_items(lines[["description", "supplier", "buyer"]]))
    return lines.rename(columns={"reason": "answer"}).join(given)


def shortfalls(lines):
    return lines[["description", "supplier", "answer", "reason"]].to_numpy().tolist()


def test_no_purchase_of_any_buyer_is_excluded(judged):
    purchases = judged[judged["answer"] == ""]
    assert shortfalls(purchases[purchases["decision"] != "purchase"]) == []


def test_what_an_accountant_leaves_out_of_the_first_batch_is_excluded_for_the_same_reason(judged):
    first = judged[(judged["batch"] == "first") & (judged["answer"] != "")]
    assert first["ledger"].nunique() == 11
    assert shortfalls(first[first["reason"] != first["answer"]]) == []


@pytest.mark.parametrize(("batch", "found"), [("second", 0.95), ("third", 0.7)])
def test_most_of_what_an_accountant_leaves_out_of_later_batches_is_excluded(judged, batch, found):
    left_out = judged[(judged["batch"] == batch) & (judged["answer"] != "")]
    assert (left_out["decision"] == "excluded").mean() >= found


@pytest.mark.parametrize(
    ("description", "supplier"),
    [
        ("Council tax bills print + mail 96k", "Thistlemoor Print & Mail"),
        ("Payroll bureau services", "ADP"),
        ("VAT software", "Ledgerware Ltd"),
        ("Pension trustee training", "Fairlead Trustees Ltd"),
        ("Grant management system", "Cayuse Bend"),
        ("Transfer pump 2in", "Pumpworks Ltd"),
        ("Rates relief consultancy", "Colby Surveyors LLP"),
        ("Subscription", "Nursing Journal"),
        ("Fumigation of stores", "Merrow Pest Control"),
        ("Monthly payroll processing", "Strictly Payroll Services Ltd"),
        ("TDS meter handheld", "Aquatest"),
        ("CR NOTE 5521", "Hollinshaw Fuels"),
        ("Fire extinguisher recharge", "Emberline Safety Ltd"),
    ],
)
def test_money_words_beside_a_supplier_who_sells_leave_a_purchase(description, supplier):
    row = screen(line_items(pd.DataFrame([{"description": description, "supplier": supplier}]))).iloc[0]
    assert row["decision"] == "purchase"


def test_a_journal_is_no_purchase_whatever_cost_it_moves():
    row = screen(line_items(pd.DataFrame([{"description": "Copier paper", "supplier": "GL Journal"}]))).iloc[
        0
    ]
    assert (row["decision"], row["reason"]) == ("excluded", "internal_recharge")
    assert row["detail"] == (
        'The supplier says "gl journal" (the buyer\'s own books): '
        "a journal moves cost that was incurred elsewhere."
    )


def test_the_ledgers_that_ship_with_the_project_lose_their_pay_and_journals(examples):
    texts = []
    for name, encoding, delimiter, skipped, supplier, text in (
        ("hospital.csv", "utf-8", ",", 0, "Supplier", "Description"),
        ("council.csv", "cp1252", ";", 1, "Payee Name", "Narrative"),
        ("university.csv", "utf-8-sig", ",", 0, "Vendor Name", "Line Descr"),
    ):
        ledger = pd.read_csv(
            examples / name,
            encoding=encoding,
            sep=delimiter,
            skiprows=skipped,
            dtype=str,
            keep_default_na=False,
        )
        texts.append(pd.DataFrame({"description": ledger[text], "supplier": ledger[supplier]}))
    lines = line_items(pd.concat(texts, ignore_index=True))
    own = lines["supplier"].str.contains("payroll|journal", case=False)
    assert own.sum() >= 10
    assert set(screen(lines)["decision"][own]) == {"excluded"}
