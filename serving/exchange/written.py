"""Estimates written as footprints of PACT 3 and Catena-X 9."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Final, Literal

from serving.exchange.catena_x import CRADLE_TO_GATE, MODEL
from serving.exchange.estimated import NOT_ASSESSED, EstimatedFootprint, Publisher
from serving.exchange.pact import RANGE_SCHEMA

Format = Literal["pact", "catena-x"]
_PACT_VERSION: Final = "3.0.4"
_FIGURES: Final = 6
_STANDARD: Final = "GHG Protocol Scope 3 Standard, category 1"
_GATE: Final = (
    "Cradle to the maker's gate, estimated; transport to the buyer, use and disposal are not in it."
)
_CONFIDENCE: Final = "0.90"


def write_pact(footprint: EstimatedFootprint, publisher: Publisher) -> dict[str, Any]:
    """Write a ProductFootprint of PACT 3; range and method are in an extension of our own.

    The extension holds ``kgCO2ePerUnitLow`` and ``High``, the ends of the central 90% range of one declared
    unit, ``confidence``, ``method``, ``estimateId``, ``modelVersion`` and ``notAssessed``: fields that the
    protocol requires and nobody has assessed. Uptake of biogenic CO2 is not subtracted.
    """
    kg = _decimal(footprint.kg_co2e)
    scores = footprint.scores
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
        "fossilCarbonContent": "0",
        "ipccCharacterizationFactors": ["AR4", "AR5", "AR6"],
        "crossSectoralStandards": [_STANDARD],
        "exemptedEmissionsPercent": "0",
        "exemptedEmissionsDescription": "Not assessed.",
        "secondaryEmissionFactorSources": [
            {"name": footprint.source, "version": footprint.source_version},
        ],
    }
    if footprint.is_secondary:
        pcf["primaryDataShare"] = "0"
    if scores:
        pcf["dqi"] = {
            f"{name}DQR": str(scores[name]) for name in ("technological", "geographical", "temporal")
        }
    return {
        "id": str(footprint.id),
        "specVersion": _PACT_VERSION,
        "created": _stamp(footprint.created),
        "status": "Active",
        "validityPeriodStart": _instant(footprint.first),
        "validityPeriodEnd": _instant(footprint.valid_to),
        "companyName": publisher.name,
        "companyIds": [publisher.urn],
        "productDescription": footprint.product,
        "productIds": [footprint.product_id],
        "productNameCompany": footprint.product,
        "comment": footprint.comment,
        "pcf": pcf,
        "extensions": [
            {"specVersion": "1.0.0", "dataSchema": RANGE_SCHEMA, "data": _extension(footprint)},
        ],
    }


def write_catena_x(footprint: EstimatedFootprint, publisher: Publisher) -> dict[str, Any]:
    """Write a PCF of Catena-X 9; it has no extensions, so that range and method stand in its comment."""
    kg, low, high = (None if value is None else _number(value) for value in _figures(footprint))
    ranged = f"90% range {low} to {high} kg CO2e per {footprint.unit}. " if low is not None else ""
    quality: dict[str, Any] = {
        "secondaryEmissionFactorSources": [f"{footprint.source}, {footprint.source_version}"]
    }
    if footprint.is_secondary:
        quality["primaryDataShare"] = 0
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
                "pcfAssessmentInformation": [_assessment(footprint)],
            }
        ],
        "general": [{"comment": f"{ranged}{footprint.comment} Estimate {footprint.estimate_id}."}],
        "carbonContent": [{}],
        "productLifeCycleStagesAndEmissions": [
            {
                "productionStage": [{"pcfExcludingBiogenicUptake": kg, "pcfIncludingBiogenicUptake": kg}],
                "distributionStage": [{"distributionStageIncluded": False}],
                "packagingStage": [{"packagingEmissionsIncluded": False}],
            }
        ],
    }


WRITERS: Final[dict[Format, Callable[[EstimatedFootprint, Publisher], dict[str, Any]]]] = {
    "pact": write_pact,
    "catena-x": write_catena_x,
}


def _assessment(footprint: EstimatedFootprint) -> dict[str, Any]:
    return {
        "technology": [{"ccsTechnologicalCO2CaptureIncluded": False, "boundaryProcessesDescription": _GATE}],
        "boundarySpecifications": [
            {"exemptedEmissionsPercent": 0, "exemptedEmissionsDescription": "Not assessed."}
        ],
        "time": [
            {
                "created": _stamp(footprint.created),
                "referencePeriodStart": _instant(footprint.first),
                "referencePeriodEnd": _instant(footprint.last),
                "validityPeriodStart": _instant(footprint.first),
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


def _extension(footprint: EstimatedFootprint) -> dict[str, Any]:
    _, low, high = _figures(footprint)
    ends = {} if low is None or high is None else {"Low": _decimal(low), "High": _decimal(high)}
    return {
        **{f"kgCO2ePerUnit{end}": value for end, value in ends.items()},
        "confidence": _CONFIDENCE,
        "method": footprint.method,
        "estimateId": footprint.estimate_id,
        "modelVersion": footprint.model_version,
        "notAssessed": list(NOT_ASSESSED),
    }


def _figures(footprint: EstimatedFootprint) -> tuple[float, float | None, float | None]:
    return footprint.kg_co2e, footprint.low, footprint.high


def _decimal(value: float) -> str:
    """Write a number as PACT has it: a decimal in a string, without an exponent."""
    return f"{Decimal(f'{value:.{_FIGURES}g}'):f}"


def _number(value: float) -> float:
    return float(f"{value:.{_FIGURES}g}")


def _instant(day: date) -> str:
    return _stamp(datetime.combine(day, time(), UTC))


def _stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
