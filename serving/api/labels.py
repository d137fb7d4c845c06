"""Labels: approved reviews in the form that a training reads."""

from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from serving.api.access import Reviewer
from serving.api.backend import Back
from serving.api.openapi import answers
from serving.reviews.files import LABEL_COLUMNS, labels_csv
from serving.reviews.labels import reviewed_labels
from serving.schemas.labels import LabelsOut

router = APIRouter(prefix="/reviews", tags=["reviews"])
_CSV: Final = "text/csv"
_LEFT_OUT: Final = "Labels-Left-Out"


@router.get("/labels", summary="Labels to train on", responses=answers(403))
def labels(back: Back, actor: Reviewer) -> LabelsOut:
    """List the labels that approved reviews give, and what is none, with the reason.

    Corrected categories (NAICS 2017) and corrected footprints with a mass, else money, to divide them by; and
    the categories of estimates that were accepted. Contradicting ones are all left out.
    """
    with back.get_store().reading(actor) as reading:
        return LabelsOut.model_validate(reviewed_labels(reading))


@router.get(
    "/labels.csv",
    summary="Labels as a file",
    response_class=Response,
    responses=answers(403)
    | {
        200: {
            "description": "As `ledgerprint train --labels` reads it.",
            "content": {
                _CSV: {
                    "schema": {"type": "string"},
                    "example": f"{','.join(LABEL_COLUMNS)}\r\nGloves,Example Ltd,339113,,,,,2022-04-24,a\r\n",
                }
            },
            "headers": {
                _LEFT_OUT: {
                    "description": "how many reviews or parts are no label; `/reviews/labels` says why",
                    "schema": {"type": "integer"},
                }
            },
        }
    },
)
def labels_file(back: Back, actor: Reviewer) -> Response:
    """Give the labels as CSV."""
    with back.get_store().reading(actor) as reading:
        found = reviewed_labels(reading)
    return Response(labels_csv(found.labels), media_type=_CSV, headers={_LEFT_OUT: str(len(found.left_out))})
