"""Examples of what is asked and answered, as the OpenAPI document shows them."""

from typing import Final

from pydantic.config import JsonDict

CORRECTION_EXAMPLE: Final[JsonDict] = {"category_code": "339113", "category_scheme": "NAICS 2017"}
_CORRECTED_LINE: Final[JsonDict] = {
    "description": "Examination gloves, nitrile, medium, box of 200",
    "supplier": "Example Medical Ltd",
    "gtin": "",
    "amount": 412.0,
    "currency": "GBP",
    "quantity": None,
    "unit": "",
}
CORRECTION_MARK_EXAMPLE: Final[JsonDict] = {
    "correction": CORRECTION_EXAMPLE,
    "line": _CORRECTED_LINE,
    "matched_by": "description and supplier",
    "estimate_id": "f3ac790c2170958d1e169105",
    "reviewed_by": "0a1b2c3d4e5f6071",
    "approved_by": "8091a2b3c4d5e6f7",
    "at": "2025-03-01T10:15:00Z",
    "comment": "Medical gloves, see the data sheet.",
    "reference": "https://example.org/datasheet.pdf",
    "applied": True,
    "note": "",
}
ESTIMATE_EXAMPLE: Final[JsonDict] = {
    "line_id": "PO-1017-3",
    "status": "estimated",
    "reason": "",
    "kg_co2e": 220.786,
    "kg_co2e_low": 79.6988,
    "kg_co2e_high": 611.633,
    "method": "spend-based",
    "category_code": "326199",
    "category_scheme": "NAICS 2017",
    "category_title": "All Other Plastics Product Manufacturing",
    "category_probability": 0.5841,
    "alternatives": [
        {
            "code": "326199",
            "title": "All Other Plastics Product Manufacturing",
            "probability": 0.5841,
            "factor": 0.6113595,
            "unit": "kg CO2e per GBP, basic price",
        }
    ],
    "factor_id": "defra-2023/22+27+29+31/2023",
    "factor_value": 0.611359,
    "factor_unit": "kg CO2e per GBP 2023, basic price",
    "factor_source": "factors/uk_defra_spend_multipliers_sic_2015_2023.txt, line 39, column 2023",
    "data_quality": "(2;2;1;1;4)",
    "model_version": "ee5e3ef0c903ba6b",
    "estimate_id": "f3ac790c2170958d1e169105",
    "explanation": "£412 ex VAT in 2023 = £361 at basic prices, times 0.611 kg CO2e per GBP = 221 kg CO2e.",
    "conversions": [
        {
            "step": "price_basis",
            "from_value": 412.0,
            "from_unit": "GBP 2023, purchaser price",
            "to_value": 361.139406,
            "to_unit": "GBP 2023, basic price equivalent",
            "rate": 0.876551957,
            "source": "US Bureau of Economic Analysis, margins of 2017",
            "note": "",
        }
    ],
    "evidence": [
        {
            "text": "nitrile surgical gloves",
            "code": "339113",
            "source": "emdn",
            "source_code": "T01010202",
            "similarity": 0.92,
        }
    ],
    "corrections": [],
    "mass_kg": 41.2,
    "other_method": "average-data",
    "other_kg_co2e": 165.3,
    "other_kg_co2e_low": 60.1,
    "other_kg_co2e_high": 455.0,
    "contributions": {"base": -1.0463, "text": 0.4224, "codes": 0.0, "money": 6.021},
}
RECORD_EXAMPLE: Final[JsonDict] = {
    "estimate_id": "f3ac790c2170958d1e169105",
    "sequence": 17,
    "at": "2025-02-28T09:00:00Z",
    "who": "0a1b2c3d4e5f6071",
    "status": "estimated",
    "job_id": "",
    "model_version": "ee5e3ef0c903ba6b",
    "factor_set": "defra-2023",
    "line_date": "2023-04-24",
    "payload_sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "estimate": ESTIMATE_EXAMPLE,
}
REVIEW_EXAMPLE: Final[JsonDict] = {
    "sequence": 18,
    "estimate_id": "f3ac790c2170958d1e169105",
    "status": "approved",
    "correction": CORRECTION_EXAMPLE,
    "comment": "Medical gloves, see the data sheet.",
    "reference": "https://example.org/datasheet.pdf",
    "reviewed_by": "0a1b2c3d4e5f6071",
    "approved_by": "8091a2b3c4d5e6f7",
    "at": "2025-03-01T10:15:00Z",
    "line_date": "2023-04-24",
}
COMMENT_EXAMPLE: Final[JsonDict] = {
    "sequence": 20,
    "at": "2025-03-02T08:00:00Z",
    "who": "8091a2b3c4d5e6f7",
    "comment": "Asked the supplier for the mass.",
    "reference": "",
}
DETAIL_EXAMPLE: Final[JsonDict] = {
    "recorded": RECORD_EXAMPLE,
    "received": {"description": "Examination gloves, nitrile, medium, box of 200", "amount": 412.0},
    "line": _CORRECTED_LINE,
    "options": {"factor_set": None, "explain": False, "amounts_include_vat": False, "vat_rate": None},
    "arithmetic": {
        "conversions": ESTIMATE_EXAMPLE["conversions"],
        "activity": 361.139406,
        "activity_unit": "GBP 2023, basic price equivalent",
        "kg_co2e_per_unit": 0.611359,
        "kg_co2e": 220.786,
        "sentence": ESTIMATE_EXAMPLE["explanation"],
    },
    "history": {
        "items": [{"sequence": 17, "at": "2025-02-28T09:00:00Z", "who": "0a1b2c3d4e5f6071", "job_id": ""}],
        "cursor": "",
    },
    "reviews": [REVIEW_EXAMPLE],
    "comments": [COMMENT_EXAMPLE],
}
