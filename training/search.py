"""Search of the ranker's parameters inside a time budget: chosen on some folds, confirmed on the others."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
from sklearn.base import clone

from models.ranker import CategoryRanker
from models.reference_index import ReferenceIndex
from training.category import FOLDS, LabelledLines
from training.paired_bootstrap import Bootstrap, paired_differences
from training.split_candidates import SplitCandidates, labelled_points, split_candidates
from training.tracking import describe_run, log_metrics, log_parameters, log_table, part_run

SEARCHED_ON: Final = (0, 1, 2)
CONFIRMED_ON: Final = tuple(fold for fold in range(FOLDS) if fold not in SEARCHED_ON)
"""Folds by group: the best of many trials is flattered by the folds it was chosen on."""

SCORE: Final = "reciprocal_rank"
_RESERVED_TRIALS: Final = 2.0
"""Trials' time kept back for confirming the best one."""
_ABOUT: Final = (
    "Parameters of the category ranker, searched by Optuna (TPE). Score: mean reciprocal rank of the first "
    "acceptable category on groups never seen, each labelled set weighing the same. The first trial is the "
    "default. The best one is taken only if it beats the default beyond noise on folds that took no part in "
    "the choice."
)


@dataclass(frozen=True)
class Search:
    """What a search found.

    Attributes
    ----------
    ranker
        Unfitted, with the parameters to use: the default ones unless others are better beyond noise.
    trials
        One row for each trial: ``trial``, its parameters and :data:`SCORE`.
    verdict
        What was decided and why, as a sentence.
    """

    ranker: CategoryRanker
    trials: pd.DataFrame
    verdict: str


def search_ranker(
    index: ReferenceIndex,
    lines: LabelledLines,
    ranker: CategoryRanker,
    minutes: float,
    say: Callable[[str], None] = lambda _: None,
    clock: Callable[[], float] = time.monotonic,
) -> Search:
    """Search better parameters, in a nested run with one beneath it for each trial.

    Parameters
    ----------
    index
        Entries of classifications and of the labelled lines.
    lines
        Labelled lines; their seed is that of the sampler too.
    ranker
        The default; it is not fitted itself.
    minutes
        Budget, finding the candidates included. The default is always tried; no trial begins that would
        leave no time to confirm the best one.
    say
        Told what is being done.
    clock
        Seconds.
    """
    ends = clock() + 60 * minutes
    points = labelled_points(index, lines)
    with part_run("search", _ABOUT):
        splits = []
        for fold in range(FOLDS):
            say(f"search: finding candidates, fold {fold + 1} of {FOLDS}")
            asked = lines.fold == fold
            splits.append(split_candidates(points, ~asked, asked))
        trials = _trials(ranker, [splits[fold] for fold in SEARCHED_ON], ends, lines.seed, say, clock)
        table = pd.DataFrame(trials)
        best = trials[int(table[SCORE].argmax())]
        chosen = clone(ranker).set_params(**_parameters(best))
        found = Search(
            *_confirmed(ranker, chosen, [splits[fold] for fold in CONFIRMED_ON], table, lines.seed)
        )
        log_table(table, "trials.csv")
        log_parameters({"minutes": minutes, "trials": len(table)})
        describe_run(f"{_ABOUT}\n\n{found.verdict}")
    say(found.verdict)
    return found


def _trials(
    ranker: CategoryRanker,
    splits: Sequence[SplitCandidates],
    ends: float,
    seed: int,
    say: Callable[[str], None],
    clock: Callable[[], float],
) -> list[dict[str, Any]]:
    import optuna  # noqa: PLC0415 - loads slowly

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=seed))
    default = ranker.get_params()
    study.enqueue_trial({name: default[name] for name in ("rounds", "leaves", "learning_rate")})
    rows: list[dict[str, Any]] = []
    longest = 0.0
    while not rows or clock() + (1 + _RESERVED_TRIALS) * longest <= ends:
        began = clock()
        trial = study.ask()
        parameters = {
            "rounds": trial.suggest_int("rounds", 20, 600),
            "leaves": trial.suggest_int("leaves", 4, 63, log=True),
            "learning_rate": trial.suggest_float("learning_rate", 0.01, 0.2, log=True),
        }
        say(f"search: trial {trial.number}, {_said(parameters)}")
        with part_run("default" if not rows else f"trial {trial.number}", _said(parameters)):
            standing = _standing(clone(ranker).set_params(**parameters), splits)
            score = _by_set(standing)
            log_parameters(parameters)
            log_metrics(score)
        study.tell(trial, score[SCORE])
        rows.append({"trial": trial.number, **parameters, **score})
        longest = max(longest, clock() - began)
    return rows


def _confirmed(
    ranker: CategoryRanker,
    chosen: CategoryRanker,
    splits: Sequence[SplitCandidates],
    table: pd.DataFrame,
    seed: int,
) -> tuple[CategoryRanker, pd.DataFrame, str]:
    """Take the best parameters only if they beat the default beyond noise where they were not chosen."""
    if chosen.get_params() == ranker.get_params():
        return ranker, table, f"Of {len(table)} trials the default parameters were the best: kept."
    before, after = (_standing(clone(one), splits) for one in (ranker, chosen))
    weight = 1.0 / before["set"].map(before["set"].value_counts()).to_frame(SCORE)
    row = paired_differences(
        before[[SCORE]], after[[SCORE]], weight, before["group"], Bootstrap(seed=seed)
    ).iloc[0]
    said = (
        f"{_said(_searched(chosen))}: {SCORE.replace('_', ' ')} {row['difference']:+.4f} (90% range "
        f"{row['low']:+.4f} to {row['high']:+.4f}) against the default on {row['lines']:,} lines that took "
        f"no part in the choice among {len(table)} trials"
    )
    log_metrics({"confirmed.difference": row["difference"], "confirmed.low": row["low"]})
    if row["low"] > 0:
        return chosen, table, f"Taken: {said}."
    return (
        ranker,
        table,
        f"The default parameters are kept, the best trial is not better beyond noise: {said}.",
    )


def _standing(ranker: CategoryRanker, splits: Sequence[SplitCandidates]) -> pd.DataFrame:
    """Where the right category of each line never seen stands, all splits together."""
    return pd.concat(
        [split.standing(split.fit(clone(ranker)).score(split.asked)) for split in splits], ignore_index=True
    )


def _by_set(standing: pd.DataFrame) -> dict[str, float]:
    """Figures over all sets, each weighing the same, and of each."""
    by_set = standing.drop(columns="group").groupby("set", sort=False).mean()
    return {
        **{str(name): float(value) for name, value in by_set.mean().items()},
        **{f"{name}.{SCORE}": float(value) for name, value in by_set[SCORE].items()},
    }


def _parameters(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "rounds": int(row["rounds"]),
        "leaves": int(row["leaves"]),
        "learning_rate": float(row["learning_rate"]),
    }


def _searched(ranker: CategoryRanker) -> dict[str, Any]:
    return _parameters(ranker.get_params())


def _said(parameters: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value:.3g}" for name, value in parameters.items())
