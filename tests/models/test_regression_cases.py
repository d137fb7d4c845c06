"""Goods that other systems are known to put into the wrong category."""

import pytest

CASES = {
    "computer cable": (
        {"335929", "335921", "335931", "334419", "334418", "334417", "334118", "331420", "334210", "334290"},
        [
            "computer cable",
            "COMPUTER CABLE 2M CAT6",
            "Cable, computer, network patch lead",
            "computer cables x10",
        ],
    ),
    "piano": (
        {"339992"},
        ["piano", "UPRIGHT PIANO BLK", "Piano, grand", "pianos (2)"],
    ),
    "computer keyboard": (
        {"334118", "334111"},
        [
            "computer keyboard",
            "KEYBOARD USB UK LAYOUT COMPUTER",
            "Wireless keyboard & mouse set",
            "keyboard, computer",
        ],
    ),
    "backpack": (
        {"316998", "316992", "314910", "339920", "314999", "315990", "326199"},
        ["backpack", "BACKPACK SCHOOL BLK", "Back pack, hiking 40L", "backpacks for pupils"],
    ),
}
SPELLINGS = [(goods, text) for goods, (_, texts) in CASES.items() for text in texts]


@pytest.mark.parametrize(("goods", "text"), SPELLINGS)
def test_goods_are_put_with_their_makers_however_they_are_spelt(estimate, goods, text):
    found = estimate({"description": text, "country": "US", "currency": "USD"}).iloc[0]
    assert found["category_code"] in CASES[goods][0], found["category_title"]


@pytest.mark.parametrize("country", ["US", "GB"])
@pytest.mark.parametrize("wording", ["{}", "fresh {} bunch", "{} 100G"])
def test_cilantro_is_coriander(estimate, country, wording):
    one, other = (
        estimate({"description": wording.format(name), "country": country}).iloc[0]
        for name in ("cilantro", "coriander")
    )
    assert one["category_code"] == other["category_code"]
    assert one["kg_co2e"] == pytest.approx(other["kg_co2e"], rel=0.02)
