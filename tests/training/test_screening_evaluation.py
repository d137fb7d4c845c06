import pandas as pd
import pytest
from pandera.errors import SchemaError

from training.screening_evaluation import HALVES, evaluate_screening, half_of


def labelled(*rows):
    columns = ["description", "supplier", "status", "excluded_reason"]
    return pd.DataFrame(rows, columns=columns).assign(cost_centre="")


def test_unclear_lines_count_neither_as_found_nor_as_wrongly_excluded():
    report = evaluate_screening(
        labelled(
            ("Salaries", "", "excluded", "payroll"),
            ("In Year Credits", "British Gas", "excluded", "refund"),
            ("Bolts", "Acme Ltd", "excluded", "refund"),
            ("Bolts", "Acme Ltd", "purchase", ""),
            ("In Year Credits", "Drayton Manor", "purchase", ""),
            ("Dividends paid", "", "purchase", ""),
            ("Bolts", "Nobody Knows", "unclear", ""),
        )
    ).overall
    assert (report.lines, report.non_purchases) == (7, 3)
    assert (report.found, report.found_or_unclear) == pytest.approx((1 / 3, 2 / 3))
    assert (report.wrongly_excluded, report.wrongly_excluded_or_unclear) == pytest.approx((1 / 3, 2 / 3))
    assert report.unclear_share == pytest.approx(2 / 7)
    assert report.accuracy == pytest.approx(2 / 6)


def test_by_spend_a_line_counts_as_much_as_the_money_behind_it():
    rows = labelled(
        ("Salaries", "", "excluded", "payroll"),
        ("Bolts", "Acme Ltd", "excluded", "refund"),
        ("Dividends paid", "", "purchase", ""),
        ("Bolts", "Acme Ltd", "purchase", ""),
    )
    report = evaluate_screening(rows.assign(spend_alike=[900.0, 100.0, 30.0, 270.0])).overall
    assert report.found_by_spend == pytest.approx(0.9)
    assert report.wrongly_excluded_by_spend == pytest.approx(0.1)
    even = evaluate_screening(rows).overall
    assert (even.found_by_spend, even.wrongly_excluded_by_spend) == (even.found, even.wrongly_excluded)


@pytest.mark.parametrize(
    ("description", "supplier", "decision"),
    [
        ("Fees - Level 2", "Foster Care - Bacs", "purchase"),
        ("Clothing Allowances", "Foster Care - Bacs", "excluded"),
        ("Travel Abroad", "Post Office B De C", "excluded"),
        ("Stamps", "Post Office Counter", "purchase"),
        ("Commissioned Services", "NHS Wandle Clinical Commissioning Group", "excluded"),
        ("Commissioned Services", "Wandle Community NHS Trust", "unclear"),
        ("LAND", "Marchant Solicitors LLP", "unclear"),
        ("LAND", "Colby Surveyors LLP", "purchase"),
    ],
)
def test_payees_that_are_two_things_are_told_apart(description, supplier, decision):
    report = evaluate_screening(labelled((description, supplier, "purchase", ""))).overall
    given = (report.wrongly_excluded, report.unclear_share)
    assert given == {"purchase": (0.0, 0.0), "excluded": (1.0, 0.0), "unclear": (0.0, 1.0)}[decision]


def test_labels_of_another_kind_are_refused():
    with pytest.raises(SchemaError, match="status"):
        evaluate_screening(labelled(("Bolts", "Acme Ltd", "bought", "")))


def test_spellings_of_one_supplier_fall_into_one_half():
    assert half_of("KING'S COLLEGE  HOSPITAL:03529700") == half_of("Kings College Hospital")
    assert {half_of(f"supplier {n}") for n in range(20)} == set(HALVES)


@pytest.mark.data_package
def test_on_suppliers_held_back_screening_finds_most_non_purchases_and_spares_the_purchases(data_dir):
    lines = pd.read_csv(data_dir / "labelled" / "public_lines_train.csv", keep_default_na=False)
    buyers = {
        "g": "Guys and St Thomas NHS Foundation Trust",
        "l": "Leeds City Council",
        "b": "Birmingham City Council",
    }
    report = evaluate_screening(lines.assign(buyer=lines["source"].str[0].map(buyers)))
    held_back = report.by_half["held back"]
    assert held_back.lines > 500
    assert held_back.found >= 0.90
    assert held_back.wrongly_excluded <= 0.02
    assert held_back.unclear_share < 0.03
    assert report.by_reason.to_numpy().sum() == report.overall.non_purchases
