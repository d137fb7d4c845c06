import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.quantities import read_contents


@pytest.mark.parametrize(
    ("text", "kg"),
    [
        ("5 kg", 5),
        ("500g pack of 12", 6),
        ("24/12 oz cans", 24 * 12 * 0.028349523),
        ("LUBRICANT GREASE 1-1/2 lb", 0.68038855),
        ("COMPOUND ABSORB-N-DRY 50LB/BAG", 22.679619),
        ("tuna 12 oz (340 g)", 0.34019428),
        ("1,500 g", 1.5),
        ("2,5 kg", 2.5),
        ("YOGHOURT 100GX16_14967", 1.6),
        ("Yoghourt 1960G (8X245G), 8 pack", 1.96),
        ("Nelfinavir 50mg/g [Viracept], oral powder, 144g", 0.144),
    ],
)
def test_a_stated_mass_is_read(text, kg):
    contents = read_contents(text)
    assert contents.mass_kg == pytest.approx(kg, rel=1e-6)
    assert contents.basis == "stated_mass"


@pytest.mark.parametrize(
    ("text", "litres"),
    [
        ("10 ml x 100", 1),
        ("100 x 10ml", 1),
        ("6 x 330ml", 1.98),
        ("2.5L", 2.5),
        ("1,5 l", 1.5),
        ("Milk, 1½ l", 1.5),
        ("240 ml bottle", 0.24),
        ("16 fl oz", 0.4731765),
        ("Nevirapine 10mg/ml, oral suspension, Bottle, 240 ml", 0.24),
        ("Quinine 600mg/2ml, injection, 2ml x 100 Ampules", 0.2),
        ("Carling, 24 440ml cans", 10.56),
    ],
)
def test_a_stated_volume_is_read(text, litres):
    contents = read_contents(text)
    assert contents.volume_l == pytest.approx(litres, rel=1e-6)
    assert contents.basis == "volume_times_density"


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("box of 200", 200),
        ("per dozen", 12),
        ("Ritonavir 100mg, capsules, 2 x 84 Caps", 168),
        ("Lamivudine+Nevirapine 150/300+200mg, co-blister, 60+60 Tabs", 120),
        ("XL NITRILE GLOVE 50 PR/PER BOX 10 BOXES/PER CASE", 1000),
        ("Collar. 30 each per case.", 30),
        ("AA batteries x10", 10),
        ("gloves nitrile M box 100", 100),
        ("envelopes 100's", 100),
        ("Capillary Tubes, EDTA, 50uL,100 Pcs", 100),
    ],
)
def test_pieces_are_counted(text, pieces):
    contents = read_contents(text)
    assert contents.pieces == pieces
    assert contents.basis == "pieces_only"


@pytest.mark.parametrize(
    "text",
    [
        "PIPE 2 IN x 4 FT",
        "BOLT HEX HEAD ZINC G5CT 5/8 X 2-1/2",
        "ELBOW BRASS 90 DEG 3/4 IN",
        "4G LTE router",
        "TROUSERS 65/35 POLY 33X30",
        "needle 21G x 1 1/2 inch",
        "Aspirin 2 g powder for injection",
        "Steel beam 5 kg/m",
        "Laptop 8GB 256GB",
        "power supply unit (MF6004-030L)",
    ],
)
def test_sizes_gauges_and_strengths_are_no_mass(text):
    assert np.isnan(read_contents(text).mass_kg)


@pytest.mark.parametrize(
    "text",
    [
        "BAG PLASTIC LINER 30 GALLON",
        "WATER COOLER PLASTIC 5 GALLONS",
        "TRUCKS, PICKUP, 3/4 TON",
        "FORKLIFT, 5,000 LBS CAPAC",
        "CUP PAPER COATED HOT/COLD SAFETY DESIGN 6 OZ",
        "Syringe 10 ml",
    ],
)
def test_what_a_thing_can_hold_or_lift_is_not_its_mass(text):
    contents = read_contents(text)
    assert np.isnan(contents.mass_kg)
    assert contents.note == "capacity_not_content"


def test_two_masses_that_do_not_agree_are_noted_and_the_range_holds_both():
    contents = read_contents("Steel wall, 136 tonnes of sheet, 4 tonnes of anchors")
    assert contents.note == "several_measures"
    assert contents.mass_kg / contents.gsd**2 <= 4000


def test_a_total_beside_its_parts_is_no_contradiction():
    contents = read_contents("Beans 12 x 400 g (4.8 kg)")
    assert contents.note == ""
    assert contents.mass_kg == pytest.approx(4.8)


@given(st.text(max_size=80))
def test_any_text_can_be_read(text):
    contents = read_contents(text)
    assert not contents.mass_kg <= 0
    assert contents.basis in {"none", "pieces_only"} or contents.gsd >= 1


@given(
    st.integers(1, 99), st.integers(1, 999), st.sampled_from([("g", 1e-3), ("kg", 1.0), ("lb", 0.45359237)])
)
def test_a_multipack_holds_its_number_times_its_content(times, value, unit):
    name, kg = unit
    assert read_contents(f"Sugar {times} x {value} {name}").mass_kg == pytest.approx(times * value * kg)
