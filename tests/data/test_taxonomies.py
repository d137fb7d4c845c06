import pytest

from data.taxonomies import (
    cn,
    cpa,
    cpc,
    cpv,
    emdn,
    hs,
    isic,
    nace,
    naics_descriptions,
    naics_index,
    naics_titles,
    packages,
    psc,
    schedule_b,
    units,
    useeio_commodities,
)

pytestmark = pytest.mark.data_package


@pytest.mark.parametrize(
    ("taxonomy", "code", "text_column", "text"),
    [
        (naics_titles, "334111", "title", "Electronic Computer Manufacturing"),
        (hs, "0101", "description", "Horses, asses, mules and hinnies; live"),
        (schedule_b, "9401710000", "short_text", "SEATS WITH METAL FRAMES, UPHOLSTERED"),
        (cn, "0101", "text", "Live horses, asses, mules and hinnies"),
        (cpa, "01.1", "title", "Non-perennial crops"),
        (cpc, "011", "title", "Cereals"),
        (cpv, "33141420-0", "name_en", "Surgical gloves"),
        (psc, "4730", "title", "HOSE, PIPE, TUBE, LUBRICATION, AND RAILING FITTINGS"),
        (emdn, "A0101", "term", "NEEDLES FOR INFUSION AND SAMPLING"),
        (nace, "43.99", "title", "Other specialised construction activities n.e.c."),
        (isic, "011", "title", "Growing of non-perennial crops"),
        (useeio_commodities, "1111B0", "name", "Fresh wheat, corn, rice, and other grains"),
        (units, "KGM", "name", "kilogram"),
        (packages, "XBX", "name", "Box"),
    ],
)
def test_a_code_leads_to_its_published_text(taxonomy, code, text_column, text):
    frame = taxonomy()
    assert frame.set_index(frame.columns[0]).loc[code, text_column] == text


@pytest.mark.parametrize(
    ("taxonomy", "size"),
    [
        (hs, 6939),
        (schedule_b, 9356),
        (cn, 12_609),
        (cpa, 5501),
        (cpc, 4596),
        (cpv, 9454),
        (psc, 2344),
        (emdn, 8342),
        (nace, 996),
        (isic, 766),
        (packages, 405),
        (units, 1827),
    ],
)
def test_no_code_is_lost_but_those_that_are_none(taxonomy, size):
    assert len(taxonomy()) == size


@pytest.mark.parametrize(("edition", "entries"), [(2017, 20_057), (2022, 20_373)])
def test_the_index_comes_without_the_notes_that_have_no_code(edition, entries):
    index = naics_index(edition)
    assert len(index) == entries
    assert not index["entry"].str.contains("see type").any()


def test_two_codes_with_a_factor_have_no_index_entry():
    assert not {"112130", "541120"} & set(naics_index()["naics_code"])


def test_naics_titles_carry_neither_a_footnote_mark_nor_a_trailing_blank():
    described = naics_descriptions().set_index("naics_code")["title"]
    assert described["1111"] == "Oilseed and Grain Farming"
    assert described["111120"] == "Oilseed (except Soybean) Farming"
    assert (described == naics_titles().set_index("naics_code")["title"]).all()


def test_a_class_that_points_to_its_only_subclass_carries_the_text_of_that():
    described = naics_descriptions().set_index("naics_code")["description"]
    assert described["11111"] == described["111110"]
    assert described["111110"].startswith(
        "This industry comprises establishments primarily engaged in growing"
    )
    assert not described.str.contains("See industry description").any()


def test_descriptions_name_nothing_that_belongs_elsewhere_and_155_groups_have_none():
    described = naics_descriptions()
    assert not described["description"].str.contains("(?i)cross-references").any()
    without = described[described["description"] == ""]
    assert len(without) == 155
    assert set(without["naics_code"].str.len()) == {4}


def test_schedule_b_keeps_roll_ups_as_published():
    codes = schedule_b().set_index("schedule_b_code")["naics_code"]
    assert codes["0102210010"] == "11211X"


def test_every_parent_in_hs_and_cpv_is_itself_a_code():
    harmonized, vocabulary = hs(), cpv()
    assert set(harmonized["parent_code"]) - {""} <= set(harmonized["hs_code"])
    assert set(vocabulary["parent_code"]) - {""} <= set(vocabulary["cpv_code"])


def test_superseded_product_service_codes_are_left_out():
    codes = psc()
    assert "1000" not in set(codes["psc_code"])
    assert (codes["includes"] != "").sum() == 731


def test_deleted_units_are_left_out_and_deprecated_ones_marked():
    measures = units().set_index("unit_code")
    assert "05" not in measures.index
    assert measures["is_deprecated"].sum() == 71


def test_no_text_holds_a_line_break():
    for taxonomy in (cpa, nace, cn, naics_descriptions, useeio_commodities):
        texts = taxonomy().select_dtypes("str")
        assert not texts.apply(lambda column: column.str.contains(r"[\r\n]")).any(axis=None)
