"""The model that answers, how it was evaluated and came to be, and those before it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any

import pandas as pd
from fastapi import APIRouter, Path
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from serving.api.backend import Back, Backend
from serving.operations.recent_drift import Drift, recent_drift
from serving.pages.evaluation import Evaluated
from serving.pages.model_charts import calibration_chart, coverage_chart, spend_chart, within_chart
from serving.pages.rendering import render
from serving.pages.visitors import Known
from serving.promotions import read_promotions
from serving.store import Reading
from serving.store.bundle_use import estimates_by_bundle

router = APIRouter()

Version = Annotated[str, Path(max_length=100)]


@dataclass(frozen=True)
class KnownModel:
    """A model that the archive holds, or that recorded estimates name.

    Attributes
    ----------
    version
        Of its bundle.
    kept_at
        When the archive first kept it; ``None`` where it does not.
    estimates
        Recorded ones of the visitor's tenant that it made.
    """

    version: str
    kept_at: datetime | None
    estimates: int


@dataclass(frozen=True)
class Pictures:
    """Charts of an evaluation; ``None`` where its model card does not say enough."""

    coverage: Markup | None
    within: Markup | None
    calibration: Markup | None
    by_spend: Markup | None


@dataclass(frozen=True)
class Promotion:
    """An entry of the promotion log, as far as it says what it should: another program wrote it."""

    action: str
    at: str
    by: str
    reason: str
    before: str
    after: str
    forced: bool
    failed: list[str]

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> "Promotion":
        """Read an entry; what it lacks is empty."""
        text = {name: str(entry.get(name, "")) for name in ("action", "at", "by", "reason")}
        failed = entry.get("failed")
        return cls(
            **text,
            before=_bundle_of(entry.get("from_model")),
            after=_bundle_of(entry.get("to_model")),
            forced=entry.get("forced") is True,
            failed=[
                f"{check.get('check', '')}: got {check.get('got', '')}, expected {check.get('expected', '')}"
                for check in (failed if isinstance(failed, list) else [])
                if isinstance(check, dict)
            ],
        )


@dataclass(frozen=True)
class Promotions:
    """The promotion log, the latest entry first, and what is wrong with it, "" if nothing is."""

    fault: str
    entries: list[Promotion]


@router.get("/models")
def models(request: Request, back: Back, actor: Known) -> Response:
    """Show the served model: card, evaluation, promotions, drift, and the models before it."""
    model = back.get_model()
    with back.get_store().reading(actor) as reading:
        known = known_models(reading, back)
        drift = _drift(reading, model.version, back)
    return render(
        request,
        "models.html",
        model=next(
            (one for one in known if one.version == model.version), KnownModel(model.version, None, 0)
        ),
        others=[one for one in known if one.version != model.version],
        promotions=_promotions(back),
        drift=drift,
        **_evaluation(model.card),
    )


@router.get("/models/{version}")
def past_model(request: Request, version: Version, back: Back, actor: Known) -> Response:
    """Show a model of the archive: its card and its evaluation."""
    with back.get_store().reading(actor) as reading:
        known = known_models(reading, back)
    found = next((one for one in known if one.version == version and one.kept_at is not None), None)
    if back.archive is None or found is None:
        raise HTTPException(
            404,
            "The archive holds no model of this version: choose one of those on the page Models, or put its "
            "bundle back with `ledgerprint bundles keep FOLDER`.",
        )
    return render(request, "past_model.html", model=found, **_evaluation(back.archive.card(version)))


def known_models(reading: Reading, back: Backend) -> list[KnownModel]:
    """List the models of the archive, the latest kept first, then those that only records name."""
    made = estimates_by_bundle(reading)
    archive = back.archive
    kept = archive.versions() if archive is not None else []
    lost = sorted(set(made) - set(kept))
    return [
        *(KnownModel(one, archive.kept_at(one), made.get(one, 0)) for one in kept if archive is not None),
        *(KnownModel(one, None, made[one]) for one in lost),
    ]


def _promotions(back: Backend) -> Promotions | None:
    path = back.promotion_log
    if path is None or not path.is_file():
        return None
    found = read_promotions(path)
    return Promotions(found.fault, [Promotion.of(entry) for entry in reversed(found.entries)])


def _bundle_of(model: object) -> str:
    return str(model.get("bundle_version", "")) if isinstance(model, dict) else ""


def _drift(reading: Reading, version: str, back: Backend) -> list[Drift] | None:
    """Give the drift, ``None`` while there is nothing yet to compare with."""
    baseline = back.get_baseline()
    return None if baseline is None else recent_drift(reading, version, baseline)


def _evaluation(card: Mapping[str, Any]) -> dict[str, Any]:
    evaluated = Evaluated.of(card)
    told = {name: value for name, value in card.items() if isinstance(value, (str, int, float))}
    stated = card.get("data")
    return {
        "facts": told,
        "sources": _sources(stated if isinstance(stated, dict) else {}),
        "evaluated": evaluated,
        "pictures": _drawn(*(_text(frame) for frame in _frames(evaluated))),
    }


def _frames(evaluated: Evaluated) -> tuple[pd.DataFrame, ...]:
    return evaluated.groups, evaluated.calibration, evaluated.by_spend


def _text(frame: pd.DataFrame) -> str:
    return json.dumps(frame.to_dict("list"))


@lru_cache(maxsize=8)
def _drawn(groups: str, calibration: str, by_spend: str) -> Pictures:
    """Draw what tables say, once for the same tables."""
    of_groups, of_calibration, of_spend = (
        pd.DataFrame(json.loads(text)) for text in (groups, calibration, by_spend)
    )
    return Pictures(
        coverage=coverage_chart(of_groups) if len(of_groups) else None,
        within=within_chart(of_groups) if len(of_groups) else None,
        calibration=calibration_chart(of_calibration) if len(of_calibration) else None,
        by_spend=spend_chart(of_spend) if len(of_spend) else None,
    )


def _sources(files: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Put the files of each source together, with what its licence asks to be said."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for name, about in sorted(files.items()):
        said = tuple(str(about.get(key, "")) for key in ("source", "licence", "attribution"))
        found.setdefault((said[0], said[1], said[2]), []).append(name)
    return [
        {"source": source, "licence": licence, "attribution": attribution, "files": names}
        for (source, licence, attribution), names in found.items()
    ]
