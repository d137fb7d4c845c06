import numpy as np
import pandas as pd
import pytest

from features.quantities import goods_without_amount, quantities


def read(description="", quantity=1.0, unit="EA", country=""):
    frame = pd.DataFrame(
        {"description": [description], "quantity": [quantity], "unit": [unit], "country": [country]}
    )
    return quantities(frame).iloc[0]


def test_a_quantity_in_kilograms_is_the_mass():
    line = read("Cement", 500, "KGM")
    assert (line.mass_kg, line.basis, line.note) == (500, "mass_unit", "")


@pytest.mark.parametrize(
    ("quantity", "unit", "kg"),
    [
        (2, "TNE", 2000),
        (3, "LBR", 1.3607771),
        (4, "oz", 0.1133981),
        (1, "kgs", 1),
        (5, "Tonnes", 5000),
        (250, "g", 0.25),
    ],
)
def test_units_of_mass_are_converted(quantity, unit, kg):
    assert read("Sugar", quantity, unit).mass_kg == pytest.approx(kg)


def test_a_quantity_of_articles_counts_what_the_text_describes():
    assert read("Cement 25 kg bag", 3, "XBG").mass_kg == pytest.approx(75)
    assert read("Eggs 60 g", 2, "DZN").mass_kg == pytest.approx(1.44)


def test_kilograms_that_are_whole_bags_raise_no_question_and_others_do():
    assert read("Cement 25 kg bag", 500, "KGM").note == ""
    odd = read("Cement 25 kg bag", 3, "KGM")
    assert odd.note == "unit_and_text_disagree"
    assert odd.mass_kg == 3
    assert odd.mass_kg * odd.gsd**1.6449 > 75 * 0.5


def test_litres_become_kilograms_by_the_density_of_what_is_named():
    assert read("Diesel", 100, "LTR").mass_kg == pytest.approx(84)
    assert read("Mystery liquid", 100, "LTR").gsd > read("Diesel", 100, "LTR").gsd


def test_cubic_metres_of_something_unnamed_have_no_mass():
    line = read("Widget", 10, "MTQ")
    assert np.isnan(line.mass_kg)
    assert (line.volume_l, line.note) == (10_000, "density_unknown")


def test_a_british_gallon_is_larger_than_an_american_one():
    british, american = read("Diesel", 1, "gal", "GB"), read("Diesel", 1, "gal", "US")
    assert british.volume_l == pytest.approx(4.54609)
    assert american.volume_l == pytest.approx(3.785411784)


def test_a_case_of_an_unknown_number_says_so_and_widens():
    line = read("Soup 400 g", 3, "CS")
    assert (line.mass_kg, line.note, line.gsd) == (pytest.approx(1.2), "package_content_open", 3.0)
    assert read("Soup 24 x 400 g", 3, "CS").mass_kg == pytest.approx(28.8)


def test_paper_is_sheets_times_area_times_grammage():
    one_ream = 500 * 0.210 * 0.297 * 0.080
    assert read("A4 80gsm ream", 10).mass_kg == pytest.approx(10 * one_ream)
    assert read("Copier paper A4 80 g/m2", 10, "RM").mass_kg == pytest.approx(10 * one_ream)
    assert read("Copier paper A4 80gsm 5 reams per box", 1, "BX").mass_kg == pytest.approx(5 * one_ream)
    assert read("Fabric cotton 150 gsm", 20, "MTK").mass_kg == pytest.approx(3)


def test_us_basis_weight_is_no_mass_of_the_line():
    line = read("PAPER BOND 20LB 8.5X11 10 REAMS/CASE", 2, "CS")
    assert line.mass_kg == pytest.approx(2 * 5000 * 0.2159 * 0.2794 * 0.0752, rel=1e-3)


def test_tablets_have_pieces_and_a_strength_but_no_mass():
    line = read("Paracetamol 500mg tablets 100", 7, "PK")
    assert np.isnan(line.mass_kg)
    assert (line.articles, line.pieces, line.basis, line.strength) == (7, 700, "pieces_only", "500mg")


def test_the_same_count_in_unit_and_text_counts_once():
    assert read("Gloves, box of 200", 4, "box of 200").pieces == 800
    assert read("Gloves", 4, "box of 200").pieces == 800


def test_a_mass_in_the_unit_column_is_read():
    assert read("Sugar", 2, "25 kg bag").mass_kg == 50


def test_per_kilogram_in_the_text_makes_the_quantity_kilograms():
    line = read("Potatoes per kg", 5, "")
    assert (line.mass_kg, line.note) == (5, "unit_from_text")


@pytest.mark.parametrize("unit", ["HUR", "days", "KWH", "lump sum"])
def test_time_and_energy_are_no_amount_of_a_good(unit):
    line = read("Hire of 20 kg hammer", 5, unit)
    assert np.isnan(line.mass_kg)
    assert line.note == "unit_is_no_amount"


@pytest.mark.parametrize("quantity", [float("nan"), 0.0])
def test_without_a_quantity_only_the_mass_of_an_article_is_known(quantity):
    line = read("Cement 25 kg", quantity)
    assert np.isnan(line.mass_kg)
    assert (line.article_kg, line.note) == (25, "quantity_missing")


def test_a_credit_takes_mass_back():
    assert read("Sugar 1 kg", -4).mass_kg == -4


def test_an_unknown_unit_is_noted():
    assert read("Flour 2 kg", 2, "widget").note == "unit_unknown"


def test_rows_keep_their_order_and_index_and_repeats_read_alike():
    items = pd.DataFrame(
        {
            "description": ["Sugar 1 kg", "Flour 2 kg", "Sugar 1 kg"],
            "quantity": [1.0, 1.0, 3.0],
            "unit": "EA",
        },
        index=[7, 3, 5],
    )
    out = quantities(items)
    assert list(out.index) == [7, 3, 5]
    assert out["mass_kg"].tolist() == [1, 2, 3]


def test_no_lines_give_no_rows():
    items = pd.DataFrame({"description": [], "quantity": [], "unit": []}).astype(
        {"description": str, "quantity": float, "unit": str}
    )
    assert len(quantities(items)) == 0


@pytest.mark.parametrize(
    "description",
    [
        "MIG welding wire 15kg x 0.8mm", "Suture 3/0 G", "Water 12 x 0 ml", "Olive oil 6 x 0 l",
        "Paper A4 0gsm ream", "Solder 500g x 0.7mm", "Bag 5 l x 0,5", "2-0/0 kg", "11 X 0 ml of a doz ( 5G",
        "0 kg", "pack of 0",
    ],
)  # fmt: skip
@pytest.mark.parametrize("unit", ["EA", "kg", "case of 1/0 kg", "RM", "0 kg bag"])
def test_noughts_and_odd_sizes_never_break_a_ledger(description, unit):
    found = quantities(pd.DataFrame({"description": [description], "quantity": [3.0], "unit": [unit]})).iloc[
        0
    ]
    assert found["mass_kg"] != 0


@pytest.mark.parametrize(
    ("description", "kg"),
    [("Electrodes 5kg x 3.2 mm", 5.0), ("MIG welding wire 15kg x 0.8mm", 15.0), ("Water 6 x 330 ml", 1.9745)],
)
def test_the_thickness_of_a_wire_is_no_number_of_packs(description, kg):
    found = quantities(pd.DataFrame({"description": [description], "quantity": [1.0], "unit": ["EA"]})).iloc[
        0
    ]
    assert found["mass_kg"] == pytest.approx(kg, rel=0.03)


@pytest.mark.parametrize(
    ("quantity", "unit", "description", "apart"),
    [
        (10, "ML", "Saline solution 500 ml", 500.0),
        (3, "G", "Chocolate 200 g", 200.0),
        (3, "kg", "Rice 2 kg", 2.0),
    ],
)
def test_a_unit_and_a_text_that_disagree_widen_the_mass_by_how_far_they_are_apart(
    quantity, unit, description, apart
):
    found = quantities(
        pd.DataFrame({"description": [description], "quantity": [float(quantity)], "unit": [unit]})
    ).iloc[0]
    assert found["note"] == "unit_and_text_disagree"
    assert found["gsd"] == pytest.approx(max(apart**0.5, 1.5), rel=0.03)


def test_a_text_that_counts_the_units_of_the_line_says_what_the_quantity_says():
    paper = "A4 recycled copier paper 80 gsm (200 reams)"
    whole, one = read(paper, 200, "ream"), read("A4 recycled copier paper 80 gsm", 200, "ream")
    assert whole.mass_kg == pytest.approx(one.mass_kg) == pytest.approx(200 * 500 * 0.210 * 0.297 * 0.080)
    assert (whole.note, whole.gsd) == (one.note, one.gsd)
    assert read("Eggs, 5 dozen", 5, "dozen").pieces == 60


def test_a_text_that_counts_other_units_than_the_quantity_widens_the_mass():
    found = read("A4 copier paper 80 gsm, 5 reams", 40, "ream")
    assert found.mass_kg == pytest.approx(40 * 2.4948)
    assert found.note == "unit_and_text_disagree"
    assert found.gsd == pytest.approx(5**0.5)


@pytest.mark.parametrize(
    ("description", "goods"),
    [
        ("Beef mince 5kg", "Beef mince"),
        ("Milk, 6 x 2 pints, 1.7% fat", "Milk, 1.7% fat"),
        ("Nitrile gloves, box of 100, powder free", "Nitrile gloves, powder free"),
        ("Coffee beans [1 kg]", "Coffee beans"),
        ("Sugar 1kg x 15", "Sugar"),
        ("Cement, bags of 25 kg", "Cement, bags"),
        ("x-ray film 100/box", "x-ray film"),
        ("Paracetamol 500mg tablets", "Paracetamol 500mg tablets"),
        ("A4 80gsm paper", "A4 80gsm paper"),
        ("PLUG BRASS 3/4 IN", "PLUG BRASS 3/4 IN"),
        ("25 kg", "25 kg"),
        ("Max Factor mascara", "Max Factor mascara"),
        ("", ""),
    ],
)
def test_goods_are_named_without_their_amount(description, goods):
    assert goods_without_amount(description) == goods
