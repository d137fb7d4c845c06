"""Estimates written as footprints of PACT 3 and Catena-X 9.

A number stands in them only if it was estimated, or if the publisher states it. Where a standard asks for one
that neither knows, the bound that nothing exceeds is written, and named in ``notAssessed``; what a standard
lets be left out is left out.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Final, Literal

from serving.exchange.catena_x import CRADLE_TO_GATE, MODEL
from serving.exchange.errors import FootprintError
from serving.exchange.estimated import EstimatedFootprint, Publisher
from serving.exchange.pact import RANGE_SCHEMA

Format = Literal["pact", "catena-x"]
_PACT_VERSION: Final = "3.0.4"
_FIGURES: Final = 6
_STANDARD: Final = "GHG Protocol Scope 3 Standard, category 1"
_GATE: Final = (
    "Cradle to the maker's gate, estimated; transport to the buyer, use and disposal are not in it."
)
_EXEMPTED: Final = "Stated by the publisher; what the sources of the factors have left out is not known."
_CONFIDENCE: Final = "0.90"
_MOST_EXEMPTED_PERCENT: Final = 10
"""In Catena-X; PACT 3 has no upper bound."""
_UPTAKE: Final = (
    "pcfIncludingBiogenicUptake",
    "uptake of biogenic CO2 is not subtracted, so that the figure with it is at most this",
)
_FOSSIL: Final = (
    "fossilGhgEmissions",
    "fossil emissions are not told from those of land use and biomass, so that they are at most this",
)
_GASES: Final = (
    "ipccCharacterizationFactors",
    "the supplier's characterization factors are not known, so that all that are in use are named",
)


def require_stated(kind: Format, publisher: Publisher) -> None:
    """Refuse to write footprints of a standard that asks for what the publisher has not said.

    Raises
    ------
    FootprintError
        For PACT without both statements, and for a share of exemptions above what Catena-X allows.
    """
    exempted = publisher.exempted_percent
    if kind == "pact" and (publisher.fossil_carbon_share is None or exempted is None):
        raise FootprintError(
            "Got no fossil carbon content or no share of exempted emissions, expected both: PACT 3 requires "
            "them, no estimate knows them, and a zero would be taken for one. State them for the goods of "
            "this export (--fossil-carbon, --exempted-percent), or write --format catena-x, which does "
            "without."
        )
    if kind == "catena-x" and exempted is not None and exempted > _MOST_EXEMPTED_PERCENT:
        raise FootprintError(
            f"Got {exempted:g}% of exempted emissions, expected at most {_MOST_EXEMPTED_PERCENT}%, as "
            "Catena-X has it: write --format pact, or none."
        )


def write_pact(footprint: EstimatedFootprint, publisher: Publisher) -> dict[str, Any]:
    """Write a ProductFootprint of PACT 3; range and method are in an extension of our own.

    The extension holds ``kgCO2ePerUnitLow`` and ``High``, the ends of the central 90% range of one declared
    unit, ``confidence``, ``method``, ``estimateId``, ``modelVersion``, ``review``, ``notAssessed`` (fields
    with a bound in them, as the protocol requires a number and nobody knows it) and ``statedByPublisher``
    (fields that no estimate is behind).

    Raises
    ------
    FootprintError
        As :func:`require_stated`.
    """
    require_stated("pact", publisher)
    carbon, exempted = publisher.fossil_carbon_share or 0.0, publisher.exempted_percent or 0.0
    kg = _decimal(footprint.kg_co2e)
    scores = footprint.scores
    bounds = (_UPTAKE, _FOSSIL) if footprint.is_secondary else (_UPTAKE, _FOSSIL, _GASES)
    pcf: dict[str, Any] = {
        "declaredUnitOfMeasurement": footprint.unit,
        "declaredUnitAmount": "1",
        "productMassPerDeclaredUnit": _decimal(footprint.mass_kg),
        "referencePeriodStart": _instant(footprint.first),
        "referencePeriodEnd": _instant(footprint.last),
        "boundaryProcessesDescription": _GATE,
        "pcfExcludingBiogenicUptake": kg,
        "pcfIncludingBiogenicUptake": kg,
        "fossilGhgEmissions": kg,
        "fossilCarbonContent": _decimal(carbon * footprint.mass_kg),
        "ipccCharacterizationFactors": ["AR4", "AR5", "AR6"],
        "crossSectoralStandards": [_STANDARD],
        "exemptedEmissionsPercent": _decimal(exempted),
        "exemptedEmissionsDescription": _EXEMPTED,
    }
    if footprint.is_secondary:
        pcf["primaryDataShare"] = "0"
        pcf["secondaryEmissionFactorSources"] = [
            {"name": footprint.source, "version": footprint.source_version},
        ]
    if scores:
        pcf["dqi"] = {
            f"{name}DQR": str(scores[name]) for name in ("technological", "geographical", "temporal")
        }
    return {
        "id": str(footprint.id),
        "specVersion": _PACT_VERSION,
        "created": _stamp(footprint.created),
        "status": "Active",
        "validityPeriodStart": _instant(footprint.last),
        "validityPeriodEnd": _instant(footprint.valid_to),
        "companyName": publisher.name,
        "companyIds": [publisher.urn],
        "productDescription": footprint.product,
        "productIds": [footprint.product_id],
        "productNameCompany": footprint.product,
        "comment": _comment(footprint, bounds, ("fossilCarbonContent", "exemptedEmissionsPercent")),
        "pcf": pcf,
        "extensions": [
            {"specVersion": "1.0.0", "dataSchema": RANGE_SCHEMA, "data": _extension(footprint, bounds)},
        ],
    }


def write_catena_x(footprint: EstimatedFootprint, publisher: Publisher) -> dict[str, Any]:
    """Write a PCF of Catena-X 9; it has no extensions, so that range and method stand in its comment.

    What nobody knows is left out: the model allows an empty list in place of a part.

    Raises
    ------
    FootprintError
        As :func:`require_stated`.
    """
    require_stated("catena-x", publisher)
    kg = _number(footprint.kg_co2e)
    carbon, exempted = publisher.fossil_carbon_share, publisher.exempted_percent
    given = {"fossilCarbonContent": carbon, "exemptedEmissionsPercent": exempted}
    stated = [name for name, value in given.items() if value is not None]
    quality: dict[str, Any] = {}
    if footprint.is_secondary:
        quality["primaryDataShare"] = 0
        quality["secondaryEmissionFactorSources"] = [f"{footprint.source}, {footprint.source_version}"]
    for name in ("technological", "geographical", "temporal"):
        if footprint.scores:
            quality[f"{name}DQR"] = footprint.scores[name]
    product = {
        "declaredUnitOfMeasurement": footprint.unit,
        "declaredUnitAmount": 1,
        "productMassPerDeclaredUnit": _number(footprint.mass_kg),
        "productNameCompany": footprint.product,
        "productDescription": footprint.product,
        "productIds": [footprint.product_id],
    }
    return {
        "scopeOfPcfForm": [{"specVersion": MODEL, "partialFullPcf": CRADLE_TO_GATE}],
        "companyAndProductInformation": [
            {
                "companyInformation": [{"companyName": publisher.name, "companyIds": [publisher.urn]}],
                "productInformation": [product],
            }
        ],
        "pcfAssessmentAndMethodology": [
            {
                "dataSourcesAndQuality": [quality],
                "pcfAssessmentInformation": [_assessment(footprint, exempted)],
            }
        ],
        "general": [
            {"comment": _comment(footprint, [_UPTAKE], stated)},
        ],
        "carbonContent": (
            [] if carbon is None else [{"fossilCarbonContent": _number(carbon * footprint.mass_kg)}]
        ),
        "productLifeCycleStagesAndEmissions": [
            {
                "productionStage": [{"pcfExcludingBiogenicUptake": kg, "pcfIncludingBiogenicUptake": kg}],
                "distributionStage": [{"distributionStageIncluded": False}],
                # whether the factors' sources count packaging is not known
                "packagingStage": [],
            }
        ],
    }


WRITERS: Final[dict[Format, Callable[[EstimatedFootprint, Publisher], dict[str, Any]]]] = {
    "pact": write_pact,
    "catena-x": write_catena_x,
}


def _comment(footprint: EstimatedFootprint, bounds: Sequence[tuple[str, str]], stated: Sequence[str]) -> str:
    """Say what a receiver must know of the figure; what the buyer bought and paid stays out."""
    ranged = "No range is known."
    if footprint.low is not None and footprint.high is not None:
        low, high = _decimal(footprint.low), _decimal(footprint.high)
        ranged = f"90% range {low} to {high} kg CO2e per {footprint.unit}."
    only = f"Not assessed: {'; '.join(f'{name}: {why}' for name, why in bounds)}."
    by_publisher = f" Stated by the publisher, and not estimated: {', '.join(stated)}." if stated else ""
    return f"{footprint.said} {ranged} {only}{by_publisher} Estimate {footprint.estimate_id}."


def _assessment(footprint: EstimatedFootprint, exempted: float | None) -> dict[str, Any]:
    boundary = {"exemptedEmissionsPercent": exempted, "exemptedEmissionsDescription": _EXEMPTED}
    return {
        "technology": [{"ccsTechnologicalCO2CaptureIncluded": False, "boundaryProcessesDescription": _GATE}],
        "boundarySpecifications": [] if exempted is None else [boundary],
        "time": [
            {
                "created": _stamp(footprint.created),
                "referencePeriodStart": _instant(footprint.first),
                "referencePeriodEnd": _instant(footprint.last),
                "validityPeriodStart": _instant(footprint.last),
                "validityPeriodEnd": _instant(footprint.valid_to),
            }
        ],
        "geography": [{"geographyRegionOrSubregion": "Global"}],
        "idAndVersion": [
            {
                "id": str(footprint.id),
                "version": 0,
                "status": "Active",
                "retroOrProspectivePcfType": "Retrospective PCF",
            }
        ],
    }


def _extension(footprint: EstimatedFootprint, bounds: Sequence[tuple[str, str]]) -> dict[str, Any]:
    low, high = footprint.low, footprint.high
    ends = {} if low is None or high is None else {"Low": _decimal(low), "High": _decimal(high)}
    return {
        **{f"kgCO2ePerUnit{end}": value for end, value in ends.items()},
        "confidence": _CONFIDENCE,
        "method": footprint.method,
        "estimateId": footprint.estimate_id,
        "modelVersion": footprint.model_version,
        "review": footprint.review or "none",
        "notAssessed": [name for name, _ in bounds],
        "statedByPublisher": ["fossilCarbonContent", "exemptedEmissionsPercent"],
    }


def _decimal(value: float) -> str:
    """Write a number as PACT has it: a decimal in a string, without an exponent."""
    return f"{Decimal(f'{value:.{_FIGURES}g}'):f}"


def _number(value: float) -> float:
    return float(f"{value:.{_FIGURES}g}")


def _instant(day: date) -> str:
    return _stamp(datetime.combine(day, time(), UTC))


def _stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
