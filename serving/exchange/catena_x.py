"""Catena-X PCF 9: the fields that a declared figure is made of.

The names are those of the semantic model io.catenax.pcf 9.0.0 (Eclipse Tractus-X, sldt-semantic-models,
CC BY 4.0). The model wraps each of its parts in a list of one.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from serving.exchange.declared import DeclaredFootprint
from serving.exchange.errors import FootprintError
from serving.exchange.pact import Rating5, Share, Status, Text, known_unit, require_active

MODEL: Final = "urn:io.catenax.pcf:datamodel:version:9.0.0"
MARK: Final = "companyAndProductInformation"
"""A property of Catena-X footprints that PACT's do not have."""
CRADLE_TO_GATE: Final = "Cradle-to-gate"


def _unwrapped(value: object) -> object:
    """Take a part out of its list of one."""
    if isinstance(value, list) and len(value) == 1:
        return value[0]
    raise ValueError("a list of one part")


_Wrapped: Final = BeforeValidator(_unwrapped)
_Finite: Final = Field(allow_inf_nan=False)


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, alias_generator=to_camel)


class _Company(_Part):
    company_name: Text


class _Product(_Part):
    product_name_company: Text
    product_ids: tuple[Text, ...]
    product_classifications: tuple[str, ...] = ()
    declared_unit_of_measurement: str
    declared_unit_amount: Annotated[Decimal, Field(gt=0)]


class _CompanyAndProduct(_Part):
    company_information: Annotated[_Company, _Wrapped]
    product_information: Annotated[_Product, _Wrapped]


class _Scope(_Part):
    spec_version: Text
    partial_full_pcf: Text


class _Quality(_Part):
    primary_data_share: Share | None = None
    technological_dqr: Rating5 | None = Field(default=None, alias="technologicalDQR")
    geographical_dqr: Rating5 | None = Field(default=None, alias="geographicalDQR")
    temporal_dqr: Rating5 | None = Field(default=None, alias="temporalDQR")


class _Name(_Part):
    id: Text
    status: Status


class _Time(_Part):
    reference_period_start: datetime
    validity_period_start: datetime | None = None
    validity_period_end: datetime


class _Information(_Part):
    id_and_version: Annotated[_Name, _Wrapped]
    time: Annotated[_Time, _Wrapped]


class _Shares(_Part):
    verified_by_others: float = Field(default=0.0, alias="productVerificationShare3rdParty")


class _Assessment(_Part):
    data_sources_and_quality: Annotated[_Quality, _Wrapped]
    pcf_assessment_information: Annotated[_Information, _Wrapped]
    verification_and_certification_shares: Annotated[_Shares, _Wrapped] = _Shares()


class _Production(_Part):
    pcf_excluding_biogenic_uptake: Annotated[Decimal, _Finite]


class _Stages(_Part):
    production_stage: Annotated[_Production, _Wrapped]


class _Footprint(_Part):
    scope_of_pcf_form: Annotated[_Scope, _Wrapped]
    company_and_product_information: Annotated[_CompanyAndProduct, _Wrapped]
    pcf_assessment_and_methodology: Annotated[_Assessment, _Wrapped]
    product_life_cycle_stages_and_emissions: Annotated[_Stages, _Wrapped]


def read_catena_x(document: Mapping[str, Any]) -> DeclaredFootprint:
    """Read a footprint of the model PCF 9; packaging and distribution are left out, as their stages are.

    Raises
    ------
    ValidationError
        If a field is missing or none.
    FootprintError
        If it is deprecated, or not cradle to gate.
    """
    given = _Footprint.model_validate(document)
    scope = given.scope_of_pcf_form
    product = given.company_and_product_information.product_information
    assessment = given.pcf_assessment_and_methodology
    information, quality = assessment.pcf_assessment_information, assessment.data_sources_and_quality
    require_active(information.id_and_version.id, information.id_and_version.status)
    if scope.partial_full_pcf != CRADLE_TO_GATE:
        raise FootprintError(
            f"Got the footprint {information.id_and_version.id}, which is {scope.partial_full_pcf}, expected "
            f"{CRADLE_TO_GATE}: what is estimated ends at the maker's gate; ask for such a footprint."
        )
    rated = {
        "temporal": quality.temporal_dqr,
        "geographical": quality.geographical_dqr,
        "technological": quality.technological_dqr,
    }
    kg = given.product_life_cycle_stages_and_emissions.production_stage.pcf_excluding_biogenic_uptake
    begins = information.time.validity_period_start or information.time.reference_period_start
    return DeclaredFootprint(
        id=information.id_and_version.id,
        standard=f"Catena-X PCF {scope.spec_version.rpartition(':')[2]}",
        company=given.company_and_product_information.company_information.company_name,
        product=product.product_name_company,
        # a GTIN may stand among the classes of the product, as it does in the model's own example
        product_ids=(*product.product_ids, *product.product_classifications),
        unit=known_unit(product.declared_unit_of_measurement),
        kg_co2e_per_unit=float(kg / product.declared_unit_amount),
        valid_from=begins.date(),
        valid_to=information.time.validity_period_end.date(),
        ratings=tuple((name, rating) for name, rating in rated.items() if rating is not None),
        primary_data_share=quality.primary_data_share,
        is_verified=assessment.verification_and_certification_shares.verified_by_others > 0,
    )
