"""The review queue: goods that wait for a person, those first whose figures are worth most to know."""

from functools import partial
from typing import Annotated, Any, Final

import pandas as pd
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from serving.api.backend import Back, Backend
from serving.ledgers import Ledgers, goods_groups, ledger_figures
from serving.ledgers.work import Waiting, waiting
from serving.pages.line_history import correction_words, key_names
from serving.pages.rendering import render
from serving.pages.standings import with_ledgers
from serving.pages.visitors import Known
from serving.store import Actor, Reading
from serving.store.jobs import JobRecord, job_page
from serving.store.periods import periods
from serving.store.reviews import current_review

router = APIRouter()

_SHOWN: Final = 25
_LEDGERS: Final = 100
TABS: Final[dict[Waiting, str]] = {
    "flagged": "To review",
    "unreviewed": "All without a review",
    "unapproved": "To approve",
}


@router.get("/reviews")
async def queue(
    request: Request,
    actor: Known,
    back: Back,
    ledger: Annotated[str, Query(max_length=100)] = "",
    show: Annotated[str, Query(max_length=20)] = "flagged",
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> Response:
    """Show what waits in a ledger, goods by goods."""
    tab: Waiting = next((name for name in TABS if name == show), "flagged")
    content = await with_ledgers(back, partial(_content, ledger, tab, offset, actor, back))
    return render(request, "reviews.html", **content)


def _content(
    ledger: str, tab: Waiting, offset: int, actor: Actor, back: Backend, ledgers: Ledgers
) -> dict[str, Any]:
    with back.get_store().reading(actor) as reading:
        jobs = [job for job in job_page(reading, _LEDGERS).items if job.status == "finished"]
        chosen = ledger or (jobs[0].id if jobs else "")
        shared: dict[str, Any] = {
            "jobs": jobs,
            "tabs": TABS,
            "tab": tab,
            "chosen": chosen,
            "closed": [period for period in periods(reading) if period.status == "closed"],
            "may_review": "review" in actor.scopes,
            "who": actor.who,
        }
        if not chosen:
            return shared | {"job": None}
        standing = ledgers.standing(reading, chosen)
        frame = standing.frame
        found = goods_groups(frame, tab)
        groups = found.iloc[offset : offset + _SHOWN]
        return shared | {
            "job": standing.ledger.job,
            "jobs": _with(jobs, standing.ledger.job),
            "figures": ledger_figures(frame),
            "has_figures": bool(frame["kg"].notna().any()),
            "counts": {name: int(waiting(frame, name).sum()) for name in TABS},
            "groups": _groups(reading, frame, groups, tab, actor),
            "group_count": len(found),
            "offset": offset,
            "shown": _SHOWN,
        }


def _groups(
    reading: Reading, frame: pd.DataFrame, groups: pd.DataFrame, tab: Waiting, actor: Actor
) -> list[dict[str, Any]]:
    """Give what is told of each group beside its figures."""
    mine = frame["goods"].isin(groups["goods"].tolist()).to_numpy()
    alike = frame[mine]
    by_goods = alike.groupby(alike["goods"].astype("str"), observed=True)
    seen = by_goods["review_sequence"].max()
    locked = by_goods["locked"].sum()
    waits = frame[mine & waiting(frame, tab)]
    who = waits.groupby(waits["goods"].astype("str"), observed=True)["reviewed_by"].agg(
        lambda names: sorted(set(names.astype("str")))
    )
    names = key_names(reading) if tab == "unapproved" else {}
    out = []
    for row in groups.to_dict("records"):
        goods = str(row["goods"])
        example = frame.iloc[int(row["row"]) - 1]
        reviewers = who.get(goods, [])
        review = current_review(reading, str(example["estimate_id"])) if tab == "unapproved" else None
        out.append(
            {str(name): value for name, value in row.items()}
            | {
                "estimate_id": example["estimate_id"],
                "seen": int(seen[goods]),
                "locked": int(locked[goods]),
                "category": example["category"],
                "category_estimated": example["category_estimated"],
                "kg_estimated": example["kg_estimated"],
                "example_kg": example["kg"],
                "amount": example["amount"],
                "currency": example["currency"],
                "reviewers": [names.get(one, one) for one in reviewers],
                "own": list(reviewers) == [actor.who],
                "comment": example["review_comment"],
                "correction": correction_words(review.correction) if review and review.correction else "",
                "accepted": review is not None and review.correction is None,
            }
        )
    return out


def _with(jobs: list[JobRecord], job: JobRecord) -> list[JobRecord]:
    """Add a ledger that is looked at to those that can be chosen."""
    return jobs if any(one.id == job.id for one in jobs) else [job, *jobs]
