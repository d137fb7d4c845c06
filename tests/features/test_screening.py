import time

import pandas as pd
import pytest

from features.line_items import line_items
from features.screening import Screening, screen

TRUST = "Guys and St Thomas NHS Foundation Trust"
COUNCIL = "Leeds City Council"


def screened(description, supplier="", cost_centre="", buyer="", **fields):
    texts = {"description": description, "supplier": supplier, "cost_centre": cost_centre, "buyer": buyer}
    return screen(line_items(pd.DataFrame([texts | fields]))).iloc[0]


@pytest.mark.parametrize(
    ("supplier", "decision", "reason"),
    [
        ("PULSE HEALTHCARE LIMITED", "purchase", ""),
        ("KING'S COLLEGE HOSPITAL NHS FOUNDATION TRUST", "excluded", "transfer"),
        ("NHS LAMBETH CCG", "excluded", "transfer"),
        ("KINGS COLLEGE LONDON:03529700", "excluded", "transfer"),
        ("REDACTED PERSONAL DATA", "excluded", "payroll"),
        ("GUY'S AND ST THOMAS' NHS FOUNDATION TRUST", "excluded", "payroll"),
        ("", "unclear", "may_be_payroll"),
    ],
)
def test_the_payee_decides_what_an_account_for_nursing_staff_is(supplier, decision, reason):
    row = screened("(50552) Qualified Nursing Staff", supplier, "(id:42) Haematology", TRUST)
    assert (row["decision"], row["reason"]) == (decision, reason)


@pytest.mark.parametrize(
    ("description", "supplier", "reason"),
    [
        ("Payroll run March 2024", "", "payroll"),
        ("Löhne und Gehälter", "", "payroll"),
        ("Salaires", "", "payroll"),
        ("Essential car user  Lump Sum", "REDACTED PERSONAL DATA", "payroll"),
        ("401(k) employer match", "", "pension"),
        ("Employer pension contributions", "Aviva", "pension"),
        ("(32660) Other payables < 1 Yr", "STANDARD LIFE ASSURANCE COMPANY", "pension"),
        ("(32620) Other payables < 1 Yr", "UNISON", "payroll"),
        ("(83710) Rates", "LONDON BOROUGH OF LAMBETH:24845200", "tax"),
        ("(83830) Building & Engineering", "HM REVENUE & CUSTOMS", "tax"),
        ("Cotisations sociales", "URSSAF", "tax"),
        ("VAT control account", "", "vat"),
        ("Sales tax payable", "", "vat"),
        ("TVA déductible", "", "vat"),
        ("Umsatzsteuer", "Finanzamt München", "vat"),
        ("Business Rates Tariffs", "Kirklees Council", "transfer"),
        ("FIRE AUTHORITY", "West Yorkshire Fire & Rescue Service", "transfer"),
        ("Bank transfer", "", "transfer"),
        ("Grants To Businesses", "Yorkshire College of Music and Drama", "grant"),
        ("Direct Payments", "REDACTED PERSONAL DATA", "grant"),
        ("(24130) Loans and receivables - current", "REDACTED PERSONAL DATA", "loan"),
        ("Interest expense", "", "loan"),
        ("Abschreibungen auf Sachanlagen", "", "depreciation"),
        ("Depreciation - equipment", "", "depreciation"),
        ("Intercompany recharge", "", "internal_recharge"),
        ("Income from Hire Of Rooms & Equipment", "REDACTED PERSONAL DATA", "refund"),
        ("Penalties  Fines & Car Parking Charges", "REDACTED PERSONAL DATA", "fine"),
        ("Insurance Claims", "LEEDS COMMERCIAL LTD", "other"),
        ("Dividends paid", "", "other"),
        ("(89270) Establishment", "CARE QUALITY COMMISSION", "other"),
    ],
)
def test_what_is_no_purchase_is_excluded_with_its_reason(description, supplier, reason):
    row = screened(description, supplier)
    assert (row["decision"], row["reason"]) == ("excluded", reason)


@pytest.mark.parametrize(
    ("description", "supplier"),
    [
        ("VAT fittings", ""),
        ("Salary survey report", "Mercer"),
        ("Pension consultant", ""),
        ("Tax advisory services", "Deloitte LLP"),
        ("External audit", "Grant Thornton UK LLP"),
        ("Corporates hospitality", ""),
        ("Loan equipment hire", ""),
        ("Transfer membrane", ""),
        ("Transfer sheet, slide", ""),
        ("Council chamber chairs", ""),
        ("Fine liner pens", ""),
        ("Insulin syringes staff", ""),
        ("Point of interest signs", ""),
        ("Payroll software", "Sage"),
        ("Internal doors", ""),
        ("Stock cubes", ""),
        ("Steuergerät Motor", "Bosch GmbH"),
        ("Gehaltsabrechnung Software", "DATEV eG"),
        ("Insurance claims adjusting", ""),
        ("Bank charges", "HSBC Bank plc"),
        ("Office Equipment", "TIAA LTD"),
        ("Independent Fostering Agencies", "SWIIS FOSTER CARE LTD"),
        ("(10025) Fixed Asset Clearing", "ADDLESHAW GODDARD LLP"),
        ("(21110) Inventories - Finished goods", "HEALTHCARE AT HOME LTD"),
        ("(31981) Other trade payables < 1 Yr", "RIG LOCUMS LTD"),
        ("Residential", "REDACTED PERSONAL DATA"),
    ],
)
def test_a_word_that_only_looks_like_money_moving_leaves_a_purchase(description, supplier):
    assert screened(description, supplier)["decision"] == "purchase"


@pytest.mark.parametrize(
    ("description", "supplier"),
    [
        ("(81100) Dressings", "NHS SUPPLY CHAIN (MAIDSTONE)"),
        ("(89600) Non-Healthcare from other NHS bodies", "NHS BLOOD AND TRANSPLANT"),
        ("(55242) Health Care Assistants", "VIAPATH ANALYTICS LLP"),
        ("(83755) Rental under Operating Lease", "OXLEAS NHS FOUNDATION TRUST"),
        (
            "(81280) Medical Surgical Supplies & Equipment",
            "ROYAL BROMPTON AND HAREFIELD NHS FOUNDATION TRUST",
        ),
    ],
)
def test_goods_and_premises_of_another_public_body_are_purchases(description, supplier):
    assert screened(description, supplier, buyer=TRUST)["decision"] == "purchase"


@pytest.mark.parametrize(
    ("buyer", "decision", "reason"),
    [
        (COUNCIL, "excluded", "transfer"),
        ("Acme Foods Ltd", "purchase", ""),
        ("", "unclear", "may_be_transfer"),
    ],
)
def test_the_buyer_decides_whether_an_authority_is_paid_by_another_one(buyer, decision, reason):
    row = screened("Miscellaneous", "SHEFFIELD CITY COUNCIL", buyer=buyer)
    assert (row["decision"], row["reason"]) == (decision, reason)


def test_what_the_buyer_pays_itself_is_internal():
    assert screened("Vehicle washing", COUNCIL, buyer=COUNCIL)["decision"] == "excluded"
    row = screened("Vehicle washing", "Acme Foods Ltd", buyer="ACME FOODS LIMITED")
    assert (row["decision"], row["reason"]) == ("excluded", "internal_recharge")
    assert screened("Salaries", "Acme Foods Ltd", buyer="Acme Foods Ltd")["reason"] == "payroll"


@pytest.mark.parametrize(
    ("description", "supplier", "reason"),
    [
        ("Salary", "John Smith", "may_be_payroll"),
        ("(10010) Fixed Asset Clearing", "NHS NORTH OF ENGLAND CSU", "may_be_transfer"),
        ("Other Grants", "currys online", "may_be_grant"),
        ("In Year Credits", "cadbury world retail", "may_be_refund"),
        ("PAYMENTS/RECHARGES", "ENGIE Power Ltd", "may_be_internal_recharge"),
        ("Legal Fee Other", "hmcourts-service.g", "may_be_other"),
        ("(32200) Other payables < 1 Yr", "GSTT SUNDRY SUPPLIER", "payee_unnamed"),
    ],
)
def test_evidence_that_points_both_ways_is_said_to_be_unclear(description, supplier, reason):
    row = screened(description, supplier)
    assert (row["decision"], row["reason"]) == ("unclear", reason)


def test_the_detail_names_the_words_and_the_columns_that_decided():
    assert screened("(50200) Consultants", "MEDWAY NHS FOUNDATION TRUST")["detail"] == (
        'The description says "consultants" (an account for a group of staff) and the supplier says '
        '"nhs foundation trust" (a public health body): staff lent by another public body is recharged, '
        "not bought."
    )


def test_the_cost_centre_speaks_where_the_description_says_nothing():
    row = screened("March 2024", cost_centre="Payroll")
    assert (row["decision"], row["reason"]) == ("excluded", "payroll")
    assert row["detail"].startswith('The cost centre says "payroll"')
    assert screened("Copier paper A4", cost_centre="Payroll")["decision"] == "purchase"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ({"description": ""}, "description_empty"),
        ({"description": "12/2024"}, "description_empty"),
        ({"description": "REDACTED PERSONAL DATA", "supplier": "Acme Ltd"}, "description_redacted"),
        ({"description": "", "issue": "empty_record", "issue_detail": "no cell is filled"}, "empty_record"),
    ],
)
def test_a_line_that_says_nothing_is_unmatched(line, reason):
    row = screened(**line)
    assert (row["decision"], row["reason"]) == ("unmatched", reason)
    assert row["detail"]


@pytest.mark.parametrize(
    "line",
    [
        {"description": "Journal"},
        {"description": "", "supplier": "Greggs plc"},
        {"description": "", "gtin": "5000112637922"},
        {"description": "", "category_code": "311811", "category_scheme": "NAICS"},
        {"description": "REDACTED PERSONAL DATA", "category_code": "311811"},
    ],
)
def test_one_word_a_supplier_or_a_code_is_enough_to_go_by(line):
    assert screened(**line)["decision"] == "purchase"


def test_rows_keep_their_order_index_and_number():
    lines = line_items(pd.DataFrame({"description": ["Salaries", "Bolts", "Salaries", "", "Bolts"]}))
    lines.index = pd.Index([9, 7, 5, 3, 1])
    out = screen(lines)
    assert out.index.equals(lines.index)
    assert out["decision"].tolist() == ["excluded", "purchase", "excluded", "unmatched", "purchase"]
    assert len(screen(lines.iloc[:0])) == 0
    assert list(out.columns) == list(Screening.to_schema().columns)


def test_the_time_of_screening_grows_with_the_lines_and_no_faster():
    def seconds(count: int) -> float:
        lines = line_items(
            pd.DataFrame(
                {
                    "description": [
                        f"Steel bracket type {n} for {n % 97} mm pipe, galvanised" for n in range(count)
                    ],
                    "supplier": [f"Supplier number {n} of Birmingham Ltd" for n in range(count)],
                }
            )
        )
        start = time.process_time()
        screen(lines)
        return time.process_time() - start

    few = min(seconds(4_000) for _ in range(3))
    many = min(seconds(16_000) for _ in range(3))
    assert many < 8 * few  # four times the lines; 16,000 take 0.6 s when nothing else runs


def test_no_text_of_any_alphabet_or_length_stops_screening():
    texts = ["工资", "зарплата", "\x00\x1f", "=cmd|' /C calc'!A0", "a" * 50_000, "(((", r"\b[", "İ", "ß"]
    assert len(screen(line_items(pd.DataFrame({"description": texts, "supplier": texts[::-1]})))) == len(
        texts
    )
