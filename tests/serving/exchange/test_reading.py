"""Footprints of PACT 2, PACT 3 and Catena-X 9 are read to the same kind of figure."""

from datetime import date

import pytest

from serving.exchange.errors import FootprintError
from serving.exchange.intake import read_footprint


@pytest.mark.data_package
def test_what_these_tests_write_follows_the_published_schemas(pact_3, pact_2, follows_pact):
    follows_pact(pact_3)
    follows_pact(pact_2, "2_3")


def test_version_3_is_for_the_declared_amount_without_biogenic_uptake(pact_3):
    footprint = read_footprint(pact_3)

    figure = footprint.figure()
    assert (figure.kg_co2e_per_unit, figure.unit) == (2.5, "kg")
    assert (figure.valid_from, figure.valid_to) == (date(2025, 1, 1), date(2026, 12, 31))
    assert figure.data_quality == (2, 5, 1, 2, 2)
    assert figure.source == (
        "PACT 3.0.4 footprint f4b1225a-bd44-4c8e-861d-079e4e1dfd69 of Acme Ltd, Ethanol 95: without uptake "
        "of biogenic CO2, 56.12% primary data"
    )
    assert [one.subject for one in footprint.goods()] == ["gtin:04006381333931"]


def test_version_2_is_for_one_unit_and_its_three_ratings_are_spread(pact_2):
    footprint = read_footprint(pact_2)

    figure = footprint.figure()
    assert (figure.kg_co2e_per_unit, figure.unit) == (1.63, "litre")
    assert figure.valid_to == date(2027, 2, 28)
    assert figure.data_quality == (3, 2, 3, 5, 1)


@pytest.mark.data_package
def test_the_example_of_catena_x_is_read(catena_x_example, follows_catena_x):
    follows_catena_x(catena_x_example)

    footprint = read_footprint(catena_x_example)

    figure = footprint.figure()
    assert (figure.kg_co2e_per_unit, figure.unit) == (2.9, "litre")
    assert figure.data_quality == (2, 5, 2, 2, 2)
    assert [one.gtin for one in footprint.goods()] == ["04712345060507"]


@pytest.mark.parametrize(
    "identifier",
    [
        "urn:gtin:04006381333931",
        "URN:GTIN:4006381333931",
        "urn:epc:id:sgtin:4006381.033393.0",
        "urn:epc:idpat:sgtin:4006381.033393.*",
        "https://id.gs1.org/01/04006381333931",
    ],
)
def test_every_way_to_write_a_gtin_names_the_same_goods(pact_3, identifier):
    pact_3["productIds"] = [identifier]

    assert [one.subject for one in read_footprint(pact_3).goods()] == ["gtin:04006381333931"]


@pytest.mark.parametrize(
    "identifier",
    [
        "urn:pact:acme.example:product-id:E-95",
        "urn:pathfinder:product:customcode:vendor-assigned:E-95",
        "urn:pathfinder:product:customcode:buyer-assigned:E-95",
        "urn:mycompany.com:product-id:E-95",
    ],
)
def test_goods_without_a_gtin_are_the_articles_of_the_company(pact_3, identifier):
    pact_3["productIds"] = [identifier, "urn:gtin:2112345678900"]

    goods = read_footprint(pact_3).goods()

    assert [(one.supplier, one.article) for one in goods] == [
        ("Acme Ltd", "E-95"),
        ("Acme Ltd", "Ethanol 95"),
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"status": "Deprecated"}, "which is Deprecated"),
        ({"specVersion": "1.0.0"}, "expected 2 or 3"),
        ({"companyName": " "}, "companyName"),
        ({"productIds": []}, "productIds"),
        ({"companyName": "A\0"}, "readable text"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_field(pact_3, change, said):
    with pytest.raises(FootprintError, match=said):
        read_footprint(pact_3 | change)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"declaredUnitAmount": "0"}, "pcf.declaredUnitAmount"),
        ({"declaredUnitOfMeasurement": "parsec"}, "expected one of kilogram"),
        ({"pcfExcludingBiogenicUptake": "NaN"}, "pcf.pcfExcludingBiogenicUptake"),
        ({"pcfExcludingBiogenicUptake": "1e999999", "declaredUnitAmount": "1e-999999"}, "beyond all measure"),
        ({"dqi": {"temporalDQR": "9"}}, "temporalDQR"),
        ({"referencePeriodEnd": "soon"}, "referencePeriodEnd"),
    ],
)
def test_a_figure_that_is_none_is_refused(pact_3, change, said):
    pact_3["pcf"] |= change

    with pytest.raises(FootprintError, match=said):
        read_footprint(pact_3)


def test_what_is_null_is_not_stated(pact_3):
    pact_3 |= {"validityPeriodEnd": None, "extensions": None}
    pact_3["pcf"] |= {"dqi": None, "verification": None, "primaryDataShare": None}

    figure = read_footprint(pact_3).figure()

    assert (figure.valid_to, figure.data_quality) == (date(2028, 1, 1), None)


def test_without_ratings_the_store_decides_about_the_range(pact_3):
    del pact_3["pcf"]["dqi"]

    assert read_footprint(pact_3).figure().data_quality is None


@pytest.mark.data_package
def test_a_footprint_beyond_the_gate_is_not_taken_for_one_that_ends_there(catena_x_example):
    changed = catena_x_example | {
        "scopeOfPcfForm": [{"specVersion": "x:9.0.0", "partialFullPcf": "Cradle-to-grave"}]
    }

    with pytest.raises(FootprintError, match="Cradle-to-grave"):
        read_footprint(changed)
