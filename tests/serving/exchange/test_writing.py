"""Recorded estimates are written as footprints that follow the published schemas, and can be read back."""

import json
import math
import re
from datetime import date
from functools import partial

import pandas as pd
import pytest
from typer.testing import CliRunner

from features.line_items import line_items
from ledgerprint import app
from models.bundle import DEFAULT_BUNDLE
from models.footprint import EstimateOptions
from models.persistence import load_model
from serving.exchange.errors import FootprintError
from serving.exchange.estimated import EstimatedFootprint, Publisher
from serving.exchange.intake import read_footprint
from serving.exchange.written import write_catena_x, write_pact
from serving.overrides import apply_overrides, find_overrides
from serving.store import Actor, AuditStore
from serving.store.estimate_search import EstimateFilter, each_estimate
from serving.store.estimates import record_estimates
from serving.store.supplier_figures import GoodsOfSupplier, SupplierFigure, put_figure

URN = "urn:uuid:51131fb5-42a2-4267-a402-0ecfefad1619"
US = Publisher("Example Hospital", URN)
STATED = Publisher("Example Hospital", URN, fossil_carbon_share=0.02, exempted_percent=1.5)
GTIN = "4006381333931"
LINES = line_items(
    pd.DataFrame(
        [
            {"line_id": "rice", "description": "White rice, long grain", "quantity": 250.0, "unit": "kg"},
            {"line_id": "pasta", "description": "Pasta 500 g", "quantity": 20.0, "unit": "EA"},
            {"line_id": "soap", "description": "Soap", "gtin": GTIN, "quantity": 4.0, "unit": "kg"},
            {"line_id": "legal", "description": "Legal advice", "amount": 900.0, "currency": "GBP"},
            {"line_id": "credit", "description": "White rice", "quantity": -5.0, "unit": "kg"},
            {"line_id": "what", "description": "White rice"},
        ]
    ).assign(country="GB", date=pd.Timestamp("2024-05-06"))
)


def record(store, model, lines):
    """Estimate lines with what the store knows, and record them."""
    options = EstimateOptions()
    with store.writing(Actor.local()) as writing:
        known = find_overrides(writing, lines, options.money)
        found = apply_overrides(model, lines, model.predict(lines, options), known, options)
        record_estimates(writing, [{}] * len(lines), lines, found, options)


@pytest.fixture(scope="module")
def model():
    return load_model(DEFAULT_BUNDLE)


@pytest.fixture(scope="module")
def database(tmp_path_factory, model):
    """A store with estimates of the shipped model."""
    url = f"sqlite:///{tmp_path_factory.mktemp('exchange') / 'store.db'}"
    with AuditStore(url) as store:
        with store.writing(Actor.local()) as writing:
            figure = SupplierFigure(kg_co2e_per_unit=1.5, unit="kg", source="EPD 7")
            put_figure(writing, GoodsOfSupplier(gtin=GTIN), figure)
        record(store, model, LINES)
    return url


@pytest.fixture(scope="module")
def records(database):
    with AuditStore(database) as store, store.reading(Actor.local()) as reading:
        found = list(each_estimate(reading, EstimateFilter()))
    return {record.content.line["line_id"]: record for record in found}


@pytest.mark.data_package
@pytest.mark.parametrize("line", ["rice", "pasta", "soap"])
@pytest.mark.parametrize("write", [write_pact, write_catena_x])
def test_what_is_written_follows_the_schema_and_reads_back(
    records, line, write, follows_pact, follows_catena_x
):
    estimate = records[line].content.estimate
    footprint = EstimatedFootprint.of(records[line])

    document = json.loads(json.dumps(write(footprint, STATED)))
    check = follows_pact if write is write_pact else follows_catena_x
    check(document)
    again = read_footprint(document)

    units = {"rice": 250.0, "pasta": 20.0, "soap": 4.0}[line]
    assert again.kg_co2e_per_unit * units == pytest.approx(estimate["kg_co2e"], rel=1e-5)
    assert again.unit == ("piece" if line == "pasta" else "kg")
    assert again.company == US.name
    if write is write_pact:
        assert again.kg_co2e_range[0] * units == pytest.approx(estimate["kg_co2e_low"], rel=1e-5)
        assert again.kg_co2e_range[1] * units == pytest.approx(estimate["kg_co2e_high"], rel=1e-5)


def test_decimals_are_strings_and_the_source_names_its_licence(records):
    document = write_pact(EstimatedFootprint.of(records["pasta"]), STATED)

    pcf = document["pcf"]
    assert (pcf["declaredUnitOfMeasurement"], pcf["productMassPerDeclaredUnit"]) == ("piece", "0.5")
    assert isinstance(pcf["pcfExcludingBiogenicUptake"], str)
    assert pcf["primaryDataShare"] == "0"
    (source,) = pcf["secondaryEmissionFactorSources"]
    assert source["name"] == records["pasta"].content.estimate["factor_source"]
    data = document["extensions"][0]["data"]
    assert data["method"] == "average-data"
    assert data["review"] == "none"


def test_no_number_stands_in_pact_that_nobody_has_estimated_or_stated(records):
    document = write_pact(EstimatedFootprint.of(records["pasta"]), STATED)

    pcf, data = document["pcf"], document["extensions"][0]["data"]
    assert (pcf["fossilCarbonContent"], pcf["exemptedEmissionsPercent"]) == ("0.01", "1.5")
    assert data["statedByPublisher"] == ["fossilCarbonContent", "exemptedEmissionsPercent"]
    assert data["notAssessed"] == ["pcfIncludingBiogenicUptake", "fossilGhgEmissions"]
    bounds = {pcf[name] for name in data["notAssessed"]}
    assert bounds == {pcf["pcfExcludingBiogenicUptake"]}
    assert "at most this" in document["comment"]


@pytest.mark.parametrize("line", ["rice", "pasta", "soap"])
@pytest.mark.parametrize("write", [write_pact, write_catena_x])
def test_what_was_bought_and_paid_stays_with_the_buyer(records, line, write):
    content = records[line].content

    text = json.dumps(write(EstimatedFootprint.of(records[line]), STATED))

    assert content.estimate["explanation"] not in text
    assert f"{content.line['quantity']:g} {content.line['unit']}" not in text
    assert not any(str(step["from_value"]) in text for step in content.conversions)
    bought = {content.line["quantity"], content.estimate["mass_kg"], content.estimate["kg_co2e"]} - {None}
    told = {float(number) for number in re.findall(r"(?<![\w.-])\d+(?:\.\d+)?(?![\w-])", _comment(text))}
    assert not told & bought


@pytest.mark.parametrize("write", [write_pact, write_catena_x])
def test_the_comment_says_what_a_receiver_must_know_of_the_figure(records, write):
    footprint = EstimatedFootprint.of(records["pasta"])

    comment = _comment(json.dumps(write(footprint, STATED)))

    assert "by the method average-data" in comment
    assert f"Factor: {footprint.factor}. Source: {footprint.source}." in comment
    assert "CC-BY-4.0" in comment
    assert f"Category: {footprint.category}." in comment
    assert f"90% range {footprint.low:.6g} to {footprint.high:.6g} kg CO2e per piece." in comment
    assert "Not assessed: pcfIncludingBiogenicUptake" in comment
    assert comment.endswith(f"Estimate {footprint.estimate_id}.")


def _comment(text):
    document = json.loads(text)
    return document["comment"] if "comment" in document else document["general"][0]["comment"]


@pytest.mark.data_package
@pytest.mark.parametrize("write", [write_pact, write_catena_x])
def test_a_footprint_is_valid_from_the_end_of_its_reference_period(
    records, write, follows_pact, follows_catena_x
):
    document = write(EstimatedFootprint.of(records["rice"]), STATED)
    (follows_pact if write is write_pact else follows_catena_x)(document)

    again = read_footprint(json.loads(json.dumps(document)))

    assert (again.valid_from, again.valid_to) == (date(2025, 1, 1), date(2028, 1, 1))


def test_a_command_counts_what_is_no_longer_valid_and_writes_the_day(tmp_path, model):
    url, output = f"sqlite:///{tmp_path / 'old.db'}", tmp_path / "footprints.json"
    with AuditStore(url) as store:
        record(store, model, LINES.head(1).assign(date=pd.Timestamp("2019-05-06")))
    who = ["--company", US.name, "--company-id", US.urn, "--format", "catena-x", "--database", url]

    done = CliRunner().invoke(app, ["footprints", "export", "-o", str(output), *who])

    assert done.exit_code == 0, done.output
    assert "No longer valid, 1: validityPeriodEnd has passed, first on 2023-01-01" in done.output
    (document,) = json.loads(output.read_text("utf-8"))["data"]
    (assessed,) = document["pcfAssessmentAndMethodology"]
    (information,) = assessed["pcfAssessmentInformation"]
    assert information["time"][0]["validityPeriodEnd"] == "2023-01-01T00:00:00Z"
    assert information["idAndVersion"][0]["status"] == "Active"


@pytest.mark.parametrize("stated", [{}, {"fossil_carbon_share": 0.5}, {"exempted_percent": 0.0}])
def test_pact_is_refused_where_the_publisher_does_not_say_what_it_requires(records, stated):
    with pytest.raises(FootprintError, match=r"expected both.*--fossil-carbon.*--format catena-x"):
        write_pact(EstimatedFootprint.of(records["rice"]), Publisher("Example Hospital", URN, **stated))


@pytest.mark.data_package
def test_catena_x_leaves_out_what_nobody_says(records, follows_catena_x):
    document = write_catena_x(EstimatedFootprint.of(records["rice"]), US)

    follows_catena_x(document)
    (assessed,) = document["pcfAssessmentAndMethodology"]
    (information,) = assessed["pcfAssessmentInformation"]
    assert information["boundarySpecifications"] == document["carbonContent"] == []
    (stages,) = document["productLifeCycleStagesAndEmissions"]
    assert stages["packagingStage"] == []
    text = json.dumps(document)
    assert "fossilGhgEmissions" not in text
    assert "fossilCarbonContent" not in text
    assert "Stated by the publisher" not in text


@pytest.mark.parametrize(
    ("stated", "why"),
    [
        ({"fossil_carbon_share": 1.2}, "expected 0 to 1"),
        ({"exempted_percent": -1.0}, "expected 0 to 100"),
        ({"exempted_percent": math.nan}, "expected 0 to 100"),
    ],
)
def test_a_share_that_is_none_is_refused(stated, why):
    with pytest.raises(FootprintError, match=why):
        Publisher("Example Hospital", URN, **stated)


def test_catena_x_allows_a_tenth_of_exemptions(records):
    with pytest.raises(FootprintError, match="at most 10%"):
        write_catena_x(
            EstimatedFootprint.of(records["rice"]), Publisher("Example Hospital", URN, exempted_percent=12.0)
        )


def test_a_declared_figure_claims_no_share_of_primary_data_and_keeps_its_gtin(records):
    document = write_pact(EstimatedFootprint.of(records["soap"]), STATED)

    assert "primaryDataShare" not in document["pcf"]
    assert "secondaryEmissionFactorSources" not in document["pcf"]
    assert "Source: EPD 7" in document["comment"]
    assert "ipccCharacterizationFactors" in document["extensions"][0]["data"]["notAssessed"]
    assert document["productIds"] == [f"urn:gtin:0{GTIN}"]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("legal", "by money, which is no amount of goods"),
        ("credit", "credit"),
        ("what", "unmatched"),
    ],
)
def test_what_says_nothing_of_goods_is_refused_with_its_reason(records, line, why):
    with pytest.raises(FootprintError, match=why):
        EstimatedFootprint.of(records[line])


def test_a_publisher_has_a_urn():
    with pytest.raises(FootprintError, match="expected a name and a URN"):
        Publisher("Example Hospital", "12345")


def test_a_command_writes_what_can_be_said_and_tells_what_cannot(tmp_path, database):
    output = tmp_path / "footprints.json"
    who = ["--company", US.name, "--company-id", US.urn]
    run = partial(CliRunner().invoke, app)

    unsaid = run(["footprints", "export", "-o", str(output), *who, "--database", database])
    assert isinstance(unsaid.exception, FootprintError)
    assert not output.exists()

    stated = ["--fossil-carbon", "0", "--exempted-percent", "0"]
    done = run(["footprints", "export", "-o", str(output), *who, *stated, "--database", database])

    assert done.exit_code == 0, done.output
    assert "3 footprints; 3 estimates give none" in done.output
    assert "Left out, 1: it is by money" in done.output
    assert len(json.loads(output.read_text("utf-8"))["data"]) == 3
    loaded = run(["footprints", "load", str(output), "--database", f"sqlite:///{tmp_path / 'buyer.db'}"])
    assert loaded.exit_code == 0, loaded.output
    assert loaded.output.count("declared: ") == 3
