import pytest

from serving.supplier_names import comparable_supplier


@pytest.mark.parametrize(
    ("written", "as_written"),
    [
        ("ACME FOODS LIMITED", "Acme Foods Ltd."),
        ("Acme Foods P.L.C.", "acme foods"),
        ("B. Braun Medical S.A.", "B Braun Medical"),
        ("O'Neill & Sons (42240)", "ONeill and Sons"),
        ("Société Générale SA", "SOCIETE GENERALE"),
        ("Müller GmbH & Co. KG", "Muller"),
        ("Widgets Inc", "Widgets Corporation"),
    ],
)
def test_spellings_of_one_supplier_compare_equal(written, as_written):
    assert comparable_supplier(written) == comparable_supplier(as_written) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [("Acme Foods", "Acme Food Services"), ("Company Shop Ltd", "Shop Ltd"), ("SA Recycling", "Recycling")],
)
def test_a_legal_form_is_only_taken_off_the_end(one, other):
    assert comparable_supplier(one) != comparable_supplier(other)


def test_a_name_is_never_taken_away_whole():
    assert comparable_supplier("Limited") == "limited"
    assert comparable_supplier(" - ") == comparable_supplier("") == ""
