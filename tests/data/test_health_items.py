import pytest

from data.labelled import health_items

pytestmark = pytest.mark.data_package


def test_a_weight_stands_on_its_own_line_or_is_referred_to():
    lines = health_items().set_index("line_id")
    weighed = lines[lines["weight_kg"].notna()]
    assert (weighed["weighed_with"] == weighed.index).all()
    assert lines.loc["46", "weighed_with"] == "1281"


def test_lines_have_packs_and_dollars_of_a_year():
    line = health_items().set_index("line_id").loc["15"]
    assert (line["packs"], line["value_usd"], line["year"], line["weight_kg"]) == (
        31920,
        127360.8,
        2006,
        1855,
    )
    assert line["product"] == "Lamivudine"
