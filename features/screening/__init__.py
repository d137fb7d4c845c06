"""What on a ledger is not a purchase of goods or services."""

from features.screening.decisions import Screening, screen
from features.screening.rules import Decision, Reason, decision_of

__all__ = ["Decision", "Reason", "Screening", "decision_of", "screen"]
