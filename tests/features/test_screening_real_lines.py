"""Screening over whole published ledgers and over lists of goods."""

import pandas as pd
import pytest

from features.line_items import line_items
from features.screening import screen

pytestmark = pytest.mark.data_package


def screened(description, **texts):
    texts = {field: values.fillna("").to_numpy() for field, values in texts.items()}
    lines = line_items(pd.DataFrame({"description": description.fillna("").to_numpy(), **texts}))
    return lines.join(screen(lines))


def spend_share(out, spend, decision):
    spend = spend.abs().to_numpy()
    return float(spend[out["decision"] == decision].sum() / spend.sum())


@pytest.mark.parametrize(
    ("file", "column"),
    [("labelled/austin_train.csv", "description"), ("labelled/grocery_train.csv", "product_text")],
)
def test_no_catalogue_text_of_a_buyer_is_excluded(data_dir, file, column):
    out = screened(pd.read_csv(data_dir / file)[column])
    assert out.loc[out["decision"].isin(["excluded", "unclear"]), "description"].tolist() == []


def test_no_health_item_is_excluded(data_dir):
    items = pd.read_csv(
        data_dir / "ledgers" / "usaid_scms.csv", encoding="utf-8-sig", usecols=["Item Description"]
    )
    assert set(screened(items["Item Description"])["decision"]) == {"purchase"}


def test_of_a_procurement_vocabulary_only_payments_to_persons_are_excluded(data_dir):
    vocabulary = pd.read_csv(data_dir / "taxonomies" / "cpv_2008.csv")
    for language in ("name_en", "name_de", "name_fr"):
        out = screened(vocabulary[language])
        excluded = set(out.loc[out["decision"] == "excluded", "description"])
        assert excluded <= {
            "Transfers",
            "Disability benefits",
            "Government employee pension schemes",
            "Altersvorsorge",
            "Kindergeld",
        }


def test_a_hospital_ledger_keeps_its_suppliers_and_loses_its_recharges(data_dir):
    ledger = pd.read_csv(data_dir / "ledgers" / "guys_2020_04.csv", encoding="utf-8-sig")
    out = screened(
        ledger["Expense type"],
        cost_centre=ledger["Expense area"],
        supplier=ledger["Supplier"],
        buyer=ledger["Entity"],
    )
    hospitals = out[
        out["supplier"].str.contains("NHS FOUNDATION TRUST") & out["description"].str.contains("Consult")
    ]
    assert set(hospitals["reason"]) <= {"transfer", "may_be_transfer"}
    chain = out[out["supplier"].str.contains("NHS SUPPLY CHAIN|NHS BLOOD AND TRANSPLANT")]
    assert set(chain["decision"]) == {"purchase"}
    companies = out[out["supplier"].str.contains(r"\b(?:LTD|LIMITED|PLC|LLP)\b")]
    assert (companies["decision"] == "excluded").mean() < 0.002


def test_a_council_ledger_loses_a_quarter_of_its_spend_to_transfers_and_grants(data_dir):
    ledger = pd.read_csv(data_dir / "ledgers" / "leeds_2020_06.csv", encoding="cp1252", dtype=str)
    out = screened(
        ledger["Purpose"],
        cost_centre=ledger["Service Division Label"],
        supplier=ledger["Beneficiary Name"],
        buyer=ledger["Organisation Label"],
    )
    spend = pd.to_numeric(ledger["Amount"].str.replace(",", ""), errors="coerce").fillna(0)
    assert 0.2 < spend_share(out, spend, "excluded") < 0.35
    assert spend_share(out, spend, "unclear") < 0.05
    care = out[out["description"].isin(["Home Care", "Nursing Home", "Independent Fostering Agencies"])]
    assert (care["decision"] == "excluded").mean() < 0.01


def test_a_card_ledger_is_nearly_all_purchases(data_dir):
    ledger = pd.read_csv(data_dir / "ledgers" / "birmingham_pcard" / "2016_04.csv", encoding="latin-1")
    out = screened(
        ledger["TRANS CAC DESC 1"], cost_centre=ledger["TRANS CAC DESC 2"], supplier=ledger["MERCHANT NAME"]
    )
    assert (out["decision"] == "purchase").mean() > 0.95
    assert set(out.loc[out["supplier"].str.contains("cashpoint"), "reason"]) == {"other"}
    assert set(out.loc[out["supplier"].str.contains("dvla vehicle tax"), "reason"]) == {"tax"}
