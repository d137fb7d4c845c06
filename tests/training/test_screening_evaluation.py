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
    assert held_back.found >= 0.85
    assert held_back.wrongly_excluded <= 0.03
    assert held_back.unclear_share < 0.03
    assert report.by_reason.to_numpy().sum() == report.overall.non_purchases
