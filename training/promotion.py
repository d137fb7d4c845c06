"""Promotion and rollback: which model is champion, decided by the gate and written into the log."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pandas as pd

from data.catalogue import files
from data.errors import BundleError, EncoderMismatchError, LedgerprintError
from models.bundle import DEFAULT_BUNDLE, load_bundle
from models.persistence import load_model
from training.code_version import code_version
from training.contenders import Contender, find_contender
from training.estimate_moves import Predicts
from training.gate import Check, GateSettings, comparison_checks, coverage_checks, regression_checks
from training.installation import staged_bundle
from training.promotion_log import FailedCheck, ModelName, PromotionEntry, PromotionLog, champions, new_entry
from training.registry import BUNDLE_ARTIFACT, CHALLENGER, CHAMPION, RegisteredVersion, Registry
from training.reproduction import Retrain, data_checks, retrained_check, run_checks
from training.scorecards import SCORECARD_FILE, read_scorecard, shipped_scorecard

LAST_ENTRY_NOTE: Final = "promotion_log_sha256"
"""Tag of the registered model that remembers the digest of the log's last entry."""


class PromotionError(LedgerprintError):
    """A promotion or a rollback that cannot be carried out as it was asked for."""


@dataclass(frozen=True)
class Outcome:
    """What came of a promotion or a rollback.

    Attributes
    ----------
    entry
        As logged.
    checks
        Everything that the gate looked at.
    """

    entry: PromotionEntry
    checks: list[Check] = field(default_factory=list)

    @property
    def refused(self) -> bool:
        """Whether the champion is the same as before."""
        return self.entry.action == "refusal"


class Promotions:
    """The champions of a tracking store.

    Parameters
    ----------
    registry
        Runs, registered models and aliases.
    log
        Where every promotion, rollback and refusal is written.
    settings
        What the gate asks for.
    load
        Reads the model of a bundle.
    """

    def __init__(
        self,
        registry: Registry,
        log: PromotionLog,
        settings: GateSettings | None = None,
        load: Callable[[Path], Predicts] = load_model,
    ) -> None:
        self.registry = registry
        self.log = log
        self.settings = settings or GateSettings()
        self.load = load

    def promote(
        self,
        candidate: str,
        *,
        by: str,
        reason: str,
        force: bool = False,
        install: Path | None = None,
        retrain: Retrain | None = None,
    ) -> Outcome:
        """Make a model champion if the gate lets it pass, and log what was decided.

        The candidate becomes challenger; if it passes, champion.

        Parameters
        ----------
        candidate
            See :func:`training.contenders.find_contender`.
        by, reason
            Who wants it, and why.
        force
            Override failed checks; they are logged with the names of these.
        install
            Folder to write the bundle of the new champion to.
        retrain
            Also train again, and compare the digests; only where nothing else failed, or with ``force``.

        Raises
        ------
        PromotionError
            If name or reason is blank, or the candidate is champion already.
        UnknownRunError
            If there is no such run, alias, folder or tracking store.
        BundleError
            If a bundle is incomplete or altered, or ``install`` holds other things.
        PromotionLogError
            If the log was altered or is in use.
        """
        _require_words(by, reason)
        self.registry.require_store()
        with self.log.locked(), tempfile.TemporaryDirectory() as folder:
            contender = find_contender(candidate, self.registry, Path(folder))
            champion, notice = self._champion()
            if champion and champion.bundle_version == contender.version:
                raise PromotionError(
                    f"Got {candidate!r}, bundle {contender.version}, which is the champion already, expected "
                    "another one: train a new model."
                )
            compared_with, scorecard = self._scorecard_to_beat(champion, Path(folder))
            checks = list(self._checks(contender, compared_with, scorecard, Path(folder)))
            if retrain and contender.run and (force or all(check.passed for check in checks)):
                again = Path(folder) / "again"
                checks.append(
                    retrained_check(contender.run, contender.version, retrain, again, code_version())
                )
            failed = [check for check in checks if not check.passed]
            entry = new_entry("promotion", by, reason, _name(champion), None).model_copy(
                update={
                    "evaluation_run_id": contender.run.run_id if contender.run else "",
                    "compared_with": compared_with,
                    "failed": tuple(
                        FailedCheck(check=c.name, got=c.got, expected=c.expected) for c in failed
                    ),
                    "forced": bool(failed) and force,
                    "notice": notice,
                }
            )
            return Outcome(self._decide(entry, contender, failed, install, force=force), checks)

    def rollback(self, *, by: str, reason: str, install: Path | None = None) -> Outcome:
        """Make the champion before the present one champion again, as the log knows it.

        Parameters
        ----------
        by, reason
            Who wants it, and why.
        install
            Folder to write its bundle to.

        Raises
        ------
        PromotionError
            If name or reason is blank, or there was no champion before.
        BundleError
            If its bundle is no longer what it was.
        PromotionLogError
            If the log was altered or is in use.
        """
        _require_words(by, reason)
        self.registry.require_store()
        with self.log.locked(), tempfile.TemporaryDirectory() as folder:
            stack = champions(self._entries())
            if len(stack) < 2:  # noqa: PLR2004 - the present one, and one before it
                raise PromotionError(
                    f"Got a log with {len(stack)} champion(s) in {self.log.path}, expected one before the "
                    "present one: promote another model instead."
                )
            previous = stack[-2]
            bundle = self._bundle_of(previous, Path(folder))
            champion, notice = self._champion()
            entry = new_entry("rollback", by, reason, _name(champion), previous).model_copy(
                update={"notice": notice}
            )
            return Outcome(self._enthrone(entry, previous, bundle, install))

    def _checks(
        self, contender: Contender, compared_with: str, to_beat: pd.DataFrame | None, folder: Path
    ) -> Iterator[Check]:
        if contender.run is None:
            yield Check(
                "run",
                passed=False,
                got=f"no run in {self.registry.tracking_uri} made bundle {contender.version}",
                expected="the run that made it",
                can_be_forced=False,
            )
        else:
            yield from run_checks(contender.run, contender.version)
            yield from data_checks(contender.run, files(), self.registry, folder)
        try:
            yield from regression_checks(self.load(contender.bundle))
        except (BundleError, EncoderMismatchError) as error:
            yield Check(
                "bundle", passed=False, got=str(error), expected="a bundle that loads", can_be_forced=False
            )
        if contender.scorecard is None:
            yield Check("scorecard", passed=False, got="none", expected=f"{SCORECARD_FILE} in the run")
            return
        yield from coverage_checks(contender.scorecard, self.settings)
        if to_beat is not None:
            yield from comparison_checks(contender.scorecard, to_beat, self.settings)
        elif compared_with:
            yield Check(
                "champion's scorecard", passed=False, got="none", expected=f"{SCORECARD_FILE} in its run"
            )

    def _scorecard_to_beat(
        self, champion: RegisteredVersion | None, folder: Path
    ) -> tuple[str, pd.DataFrame | None]:
        """Bundle to compare with, and its scorecard: the champion's; before there is one, the shipped one's.

        Before there is a champion, a shipped bundle without a scorecard is nothing to compare with.
        """
        if champion:
            path = self.registry.artifact(champion.run_id, SCORECARD_FILE, folder)
            return champion.bundle_version, read_scorecard(path) if path else None
        version = load_bundle(DEFAULT_BUNDLE).version
        scorecard = shipped_scorecard(version)
        return (version, scorecard) if scorecard is not None else ("", None)

    def _decide(
        self,
        entry: PromotionEntry,
        contender: Contender,
        failed: list[Check],
        install: Path | None,
        *,
        force: bool,
    ) -> PromotionEntry:
        """Register the candidate as challenger; then refuse it, or make it champion."""
        usable = contender.run is not None and all(check.can_be_forced for check in failed)
        name = ModelName(number="", bundle_version=contender.version, run_id="")
        if contender.run and usable:
            registered = self.registry.register(contender.run)
            name = ModelName(
                number=registered.number, bundle_version=contender.version, run_id=registered.run_id
            )
            self.registry.set_alias(CHALLENGER, registered.number)
        if failed and not (force and usable):
            refusal = entry.model_copy(update={"action": "refusal", "to_model": name, "forced": False})
            return self._append(refusal)
        return self._enthrone(entry, name, contender.bundle, install)

    def _enthrone(
        self, entry: PromotionEntry, name: ModelName, bundle: Path, install: Path | None
    ) -> PromotionEntry:
        """Log first, then act: what was done without a log entry would be the worse half of a broken pair."""
        staged: AbstractContextManager[Callable[[], None]] = (
            staged_bundle(bundle, install) if install else nullcontext(lambda: None)
        )
        with staged as swap:
            installed = str(install.resolve()) if install else ""
            entry = self._append(entry.model_copy(update={"to_model": name, "installed": installed}))
            self.registry.set_alias(CHAMPION, name.number)
            challenger = self.registry.alias(CHALLENGER)
            if challenger and challenger.number == name.number:
                self.registry.drop_alias(CHALLENGER)
            swap()
        return entry

    def _append(self, entry: PromotionEntry) -> PromotionEntry:
        entry = self.log.append(entry, self.registry.note(LAST_ENTRY_NOTE))
        self.registry.set_note(LAST_ENTRY_NOTE, entry.sha256)
        return entry

    def _entries(self) -> list[PromotionEntry]:
        return self.log.entries(self.registry.note(LAST_ENTRY_NOTE))

    def _champion(self) -> tuple[RegisteredVersion | None, str]:
        """Find the champion, and a notice if it is not the one of the log."""
        champion = self.registry.alias(CHAMPION)
        stack = champions(self._entries())
        logged = stack[-1].number if stack else "none"
        found = champion.number if champion else "none"
        if found == logged:
            return champion, ""
        return champion, f"The alias {CHAMPION} was at version {found}, the log knows {logged}."

    def _bundle_of(self, name: ModelName, folder: Path) -> Path:
        """Copy the bundle of a champion of old, and check that it is still the same."""
        bundle = self.registry.artifact(name.run_id, BUNDLE_ARTIFACT, folder)
        got = load_bundle(bundle).version if bundle else "no bundle"
        if bundle is None or got != name.bundle_version:
            raise BundleError(
                f"Got {got} in run {name.run_id}, expected bundle {name.bundle_version}, champion before: "
                "put the run's artifacts back, or promote another model."
            )
        return bundle


def _require_words(by: str, reason: str) -> None:
    for what, text in (("name (--by)", by), ("reason (--reason)", reason)):
        if not text.strip():
            raise PromotionError(f"Got a blank {what}, expected one for the log: say who decides, and why.")


def _name(version: RegisteredVersion | None) -> ModelName | None:
    if version is None:
        return None
    return ModelName(number=version.number, bundle_version=version.bundle_version, run_id=version.run_id)
