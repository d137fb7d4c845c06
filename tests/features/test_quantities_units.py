import re
import unicodedata

import pytest

from data.taxonomies import packages, units
from features.quantities import UnitKind, read_unit
from features.quantities.units import _table

SI = {"kg": UnitKind.MASS, "m³": UnitKind.VOLUME, "m²": UnitKind.AREA, "m": UnitKind.LENGTH}
LITRES_PER_CUBIC_METRE = 1000
MISPRINTS = {"APZ"}
"""The table gives the troy ounce as 3.110348 g; it has 31.10348 g."""


def published(conversion):
    """Factor and SI unit of a typeset conversion: "4 535 924 x 10⁻¹ kg"."""
    match = re.fullmatch(r"([\d ,]+)?(?:x )?(?:(10)([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]*))?\s*(kg|m³|m²|m)", conversion)
    if not match:
        return None
    figure = (match[1] or "1").replace(" ", "").replace(",", ".")
    power = unicodedata.normalize("NFKC", match[3] or "").replace("\N{MINUS SIGN}", "-")
    return float(figure) * (10.0 ** int(power or 1) if match[2] else 1), match[4]


@pytest.mark.data_package
def test_every_conversion_agrees_with_recommendation_20():
    table = units().set_index("unit_code")["si_conversion"]
    checked = 0
    for entry in _table()["measure"]:
        for code in sorted(set(entry.get("codes", "").split()) - MISPRINTS):
            factor = published(table[code])
            if factor is None:
                continue
            unit = read_unit(code)
            scale = LITRES_PER_CUBIC_METRE if factor[1] == "m³" else 1
            assert unit.kind is SI[factor[1]], code
            assert unit.factor == pytest.approx(factor[0] * scale, rel=2e-5), code
            checked += 1
    assert checked >= 40


@pytest.mark.data_package
def test_every_package_of_recommendation_21_is_known():
    kinds = {code: read_unit(code).kind for code in packages()["package_code"]}
    assert UnitKind.UNKNOWN not in kinds.values()
    assert kinds["XBX"] is UnitKind.OUTER_PACKAGE
    assert kinds["XBO"] is UnitKind.INNER_PACKAGE
    assert kinds["XPP"] is UnitKind.PIECES


@pytest.mark.data_package
def test_every_unit_of_the_sample_invoices_is_known(data_dir):
    codes = set()
    for document in sorted((data_dir / "documents").rglob("*.xml")):
        text = document.read_text(encoding="utf-8", errors="ignore")
        codes |= set(re.findall(r'unitCode="([^"]+)"', text))
        codes |= set(re.findall(r"<UnitOfMeasure>([^<]+)<", text))
    assert len(codes) > 20
    assert {code for code in codes if read_unit(code).kind is UnitKind.UNKNOWN} == set()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("kg", UnitKind.MASS),
        ("Ltrs", UnitKind.VOLUME),
        ("sq. ft", UnitKind.AREA),
        ("each", UnitKind.PIECES),
        ("PALLET", UnitKind.OUTER_PACKAGE),
        ("bottle", UnitKind.INNER_PACKAGE),
        ("hours", UnitKind.OTHER),
        ("", UnitKind.PIECES),
        ("widget", UnitKind.UNKNOWN),
    ],
)
def test_words_are_units(text, kind):
    assert read_unit(text).kind is kind


def test_a_dozen_is_twelve_articles_and_a_pair_is_one():
    assert (read_unit("DZN").articles, read_unit("per dozen").pieces) == (12, 12)
    assert (read_unit("PR").articles, read_unit("PR").pieces) == (1, 2)
