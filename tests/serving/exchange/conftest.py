"""Footprints as suppliers write them, and the published schemas that they must follow."""

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

PACT_3: dict[str, Any] = json.loads(Path(__file__).with_name("pact_3.json").read_text("utf-8"))
PACT_2: dict[str, Any] = {
    **{name: PACT_3[name] for name in ("id", "created", "status", "companyName", "companyIds", "productIds")},
    "specVersion": "2.3.0",
    "version": 1,
    "comment": "",
    "productDescription": "",
    "productCategoryCpc": "3342",
    "productNameCompany": "Ethanol 95",
    "pcf": {
        "declaredUnit": "liter",
        "unitaryProductAmount": "12",
        "referencePeriodStart": "2024-01-01T00:00:00Z",
        "referencePeriodEnd": "2024-02-29T00:00:00Z",
        "pCfExcludingBiogenic": "1.63",
        "pCfIncludingBiogenic": "0.2",
        "fossilGhgEmissions": "1.5",
        "fossilCarbonContent": "0",
        "biogenicCarbonContent": "0",
        "characterizationFactors": "AR6",
        "ipccCharacterizationFactorsSources": ["AR6"],
        "crossSectoralStandardsUsed": ["GHG Protocol Product standard"],
        "boundaryProcessesDescription": "Cradle to gate",
        "exemptedEmissionsPercent": 0.0,
        "exemptedEmissionsDescription": "",
        "packagingEmissionsIncluded": False,
        "dqi": {
            "coveragePercent": 100,
            "technologicalDQR": 1.0,
            "temporalDQR": 2.0,
            "geographicalDQR": 3.0,
            "completenessDQR": 1.5,
            "reliabilityDQR": 2.0,
        },
    },
}


@pytest.fixture
def pact_3():
    return copy.deepcopy(PACT_3)


@pytest.fixture
def pact_2():
    return copy.deepcopy(PACT_2)


@pytest.fixture(scope="session")
def standards(data_dir):
    return data_dir / "standards"


@pytest.fixture(scope="session")
def catena_x_example(standards):
    return json.loads((standards / "catena_x_pcf_9_0_0_example.json").read_text("utf-8"))


@pytest.fixture(scope="session")
def follows_pact(standards):
    """Validate against the schema of a version of PACT."""

    def follow(document, version="3_0_4"):
        published = yaml.safe_load((standards / f"pact_openapi_v{version}.yaml").read_text("utf-8"))
        schema = {"$ref": "#/components/schemas/ProductFootprint", "components": published["components"]}
        kind = jsonschema.Draft202012Validator
        kind(schema, format_checker=kind.FORMAT_CHECKER).validate(document)

    return follow


@pytest.fixture(scope="session")
def follows_catena_x(standards):
    """Validate against the schema of Catena-X PCF 9, which is of draft 4."""
    schema = json.loads((standards / "catena_x_pcf_9_0_0_schema.json").read_text("utf-8"))
    kind = jsonschema.Draft4Validator
    return kind(schema, format_checker=kind.FORMAT_CHECKER).validate
