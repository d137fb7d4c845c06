"""PACT ProductFootprints, versions 2 and 3: the fields that a declared figure is made of.

The names are those of the PACT data exchange protocol (World Business Council for Sustainable Development,
pact-conformance-service, MIT licence).
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from serving.exchange.declared import UNITS, DeclaredFootprint
from serving.exchange.errors import FootprintError
from serving.store.column_types import is_storable

RANGE_SCHEMA: Final = "urn:ledgerprint:schema:estimate-range:1"
"""Name of our own extension, with the range and method of an estimate."""
_VALID_YEARS: Final = 3


def _storable(text: str) -> str:
    if not is_storable(text):
        raise ValueError("readable text is expected")
    return text


Written = Annotated[Decimal, Field(allow_inf_nan=False)]
Positive = Annotated[Written, Field(gt=0)]
Rating5 = Annotated[float, Field(ge=1, le=5)]
Share = Annotated[float, Field(ge=0, le=100)]
Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500), AfterValidator(_storable)
]
_Rating3 = Annotated[float, Field(ge=1, le=3)]
Status = Literal["Active", "Deprecated"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, alias_generator=to_camel)


class _Quality3(_Part):
    technological_dqr: Rating5 | None = Field(default=None, alias="technologicalDQR")
    geographical_dqr: Rating5 | None = Field(default=None, alias="geographicalDQR")
    temporal_dqr: Rating5 | None = Field(default=None, alias="temporalDQR")


class _Quality2(_Part):
    technological_dqr: _Rating3 | None = Field(default=None, alias="technologicalDQR")
    geographical_dqr: _Rating3 | None = Field(default=None, alias="geographicalDQR")
    temporal_dqr: _Rating3 | None = Field(default=None, alias="temporalDQR")
    completeness_dqr: _Rating3 | None = Field(default=None, alias="completenessDQR")
    reliability_dqr: _Rating3 | None = Field(default=None, alias="reliabilityDQR")


class _Verification(_Part):
    provider_name: str | None = None


class _Assurance(_Part):
    assurance: bool = False


class _Carbon3(_Part):
    declared_unit_of_measurement: str
    declared_unit_amount: Positive
    pcf_excluding_biogenic_uptake: Written
    reference_period_start: datetime
    reference_period_end: datetime
    primary_data_share: Share | None = None
    dqi: _Quality3 = _Quality3()
    verification: _Verification | None = None


class _Carbon2(_Part):
    declared_unit: str
    unitary_product_amount: Positive
    pcf_excluding_biogenic: Written = Field(alias="pCfExcludingBiogenic")
    reference_period_start: datetime
    reference_period_end: datetime
    primary_data_share: Share | None = None
    dqi: _Quality2 = _Quality2()
    assurance: _Assurance | None = None


class _Extension(_Part):
    data_schema: str
    data: Mapping[str, Any]


class _Footprint(_Part):
    id: Text
    spec_version: Text
    status: Status
    validity_period_start: datetime | None = None
    validity_period_end: datetime | None = None
    company_name: Text
    product_ids: tuple[Text, ...] = Field(min_length=1)
    product_name_company: Text
    extensions: tuple[_Extension, ...] = ()


class _Footprint3(_Footprint):
    pcf: _Carbon3


class _Footprint2(_Footprint):
    pcf: _Carbon2


def read_pact(document: Mapping[str, Any]) -> DeclaredFootprint:
    """Read a ProductFootprint of version 2 or 3.

    Of version 3 the footprint is for ``declaredUnitAmount`` units, of version 2 for one. Ratings of version 2
    go from 1 to 3, and are spread over the five pedigree scores. Where no validity is stated, it ends three
    years after the reference period, as the protocol says.

    Raises
    ------
    ValidationError
        If a field is missing or none.
    FootprintError
        If it is deprecated, or of another version.
    """
    major = str(document.get("specVersion", "")).partition(".")[0]
    if major == "3":
        return _of_version_3(_Footprint3.model_validate(document))
    if major == "2":
        return _of_version_2(_Footprint2.model_validate(document))
    raise FootprintError(
        f"Got a footprint of the version {document.get('specVersion')!r} of PACT, expected 2 or 3, or "
        "Catena-X PCF 9: ask for one of them."
    )


def _of_version_3(given: _Footprint3) -> DeclaredFootprint:
    carbon = given.pcf
    rated = {
        "temporal": carbon.dqi.temporal_dqr,
        "geographical": carbon.dqi.geographical_dqr,
        "technological": carbon.dqi.technological_dqr,
    }
    return _declared(
        given,
        unit=carbon.declared_unit_of_measurement,
        kg_per_unit=carbon.pcf_excluding_biogenic_uptake / carbon.declared_unit_amount,
        ratings={name: rating for name, rating in rated.items() if rating is not None},
        share=carbon.primary_data_share,
        is_verified=carbon.verification is not None and bool(carbon.verification.provider_name),
    )


def _of_version_2(given: _Footprint2) -> DeclaredFootprint:
    carbon = given.pcf
    rated = {
        "reliability": carbon.dqi.reliability_dqr,
        "completeness": carbon.dqi.completeness_dqr,
        "temporal": carbon.dqi.temporal_dqr,
        "geographical": carbon.dqi.geographical_dqr,
        "technological": carbon.dqi.technological_dqr,
    }
    return _declared(
        given,
        unit=carbon.declared_unit,
        kg_per_unit=carbon.pcf_excluding_biogenic,
        ratings={name: 2.0 * rating - 1.0 for name, rating in rated.items() if rating is not None},
        share=carbon.primary_data_share,
        is_verified=carbon.assurance is not None and carbon.assurance.assurance,
    )


def _declared(
    given: _Footprint3 | _Footprint2,
    *,
    unit: str,
    kg_per_unit: Decimal,
    ratings: Mapping[str, float],
    share: float | None,
    is_verified: bool,
) -> DeclaredFootprint:
    require_active(given.id, given.status)
    first, last = given.pcf.reference_period_start, given.pcf.reference_period_end
    return DeclaredFootprint(
        id=given.id,
        standard=f"PACT {given.spec_version}",
        company=given.company_name,
        product=given.product_name_company,
        product_ids=given.product_ids,
        unit=known_unit(unit),
        kg_co2e_per_unit=float(kg_per_unit),
        valid_from=(given.validity_period_start or first).date(),
        valid_to=(
            given.validity_period_end.date() if given.validity_period_end else _years_after(last.date())
        ),
        ratings=tuple(ratings.items()),
        primary_data_share=share,
        is_verified=is_verified,
        kg_co2e_range=_range(given.extensions),
    )


def require_active(name: str, status: str) -> None:
    """Refuse a footprint that its owner has withdrawn."""
    if status != "Active":
        raise FootprintError(
            f"Got the footprint {name}, which is {status}, expected an active one: ask for it."
        )


def known_unit(name: str) -> str:
    """Give a declared unit as figures name it."""
    unit = UNITS.get(name)
    if unit is None:
        raise FootprintError(
            f"Got the declared unit {name!r}, expected one of {', '.join(UNITS)}: ask for a footprint in one."
        )
    return unit


def _years_after(day: date) -> date:
    try:
        return day.replace(year=day.year + _VALID_YEARS)
    except ValueError:  # the 29th of February
        return day.replace(year=day.year + _VALID_YEARS, day=28)


def _range(extensions: tuple[_Extension, ...]) -> tuple[float, float] | None:
    """Read the range that our own footprints carry."""
    for extension in extensions:
        if extension.data_schema == RANGE_SCHEMA:
            low, high = (extension.data.get(name) for name in ("kgCO2ePerUnitLow", "kgCO2ePerUnitHigh"))
            if isinstance(low, str) and isinstance(high, str):
                return float(Decimal(low)), float(Decimal(high))
    return None
