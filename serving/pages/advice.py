"""What a line without a sure figure wants: the reason in words, and what would help."""

from dataclasses import dataclass
from typing import Final

from serving.wording import code_text


@dataclass(frozen=True)
class Advice:
    """Why a line has no figure, or one to be looked at, and what would help.

    Attributes
    ----------
    reason
        In a few words, to stand as a heading.
    helps
        What to do, as a sentence.
    """

    reason: str
    helps: str


_NOT_A_PURCHASE: Final = (
    "If it buys goods or services after all, say what was bought and from whom; the estimate of a recorded "
    "line can also be corrected."
)
_PERHAPS: Final = "Say what was bought and from whom, or exclude the line if it buys nothing."
_SAID: Final = {
    "payroll": ("Pay of the buyer's own staff", _NOT_A_PURCHASE),
    "pension": ("A pension contribution", _NOT_A_PURCHASE),
    "tax": ("A tax", _NOT_A_PURCHASE),
    "vat": ("Value added tax, which buys nothing", _NOT_A_PURCHASE),
    "transfer": ("Money passed on between public bodies or accounts", _NOT_A_PURCHASE),
    "grant": ("A grant or benefit", _NOT_A_PURCHASE),
    "loan": ("A loan, interest or investment", _NOT_A_PURCHASE),
    "depreciation": ("Depreciation", _NOT_A_PURCHASE),
    "internal_recharge": ("A charge within the buyer", _NOT_A_PURCHASE),
    "refund": ("Money given back", _NOT_A_PURCHASE),
    "fine": ("A fine", _NOT_A_PURCHASE),
    "other": ("A payment that buys nothing", _NOT_A_PURCHASE),
    "may_be_payroll": ("Perhaps pay, which is no purchase", _PERHAPS),
    "may_be_transfer": ("Perhaps money passed on, which is no purchase", _PERHAPS),
    "may_be_grant": ("Perhaps a grant or benefit, which is no purchase", _PERHAPS),
    "may_be_refund": ("Perhaps money given back, which is no purchase", _PERHAPS),
    "may_be_internal_recharge": ("Perhaps a charge within the buyer, which is no purchase", _PERHAPS),
    "may_be_other": ("Perhaps a payment that buys nothing", _PERHAPS),
    "payee_unnamed": ("Nobody is named who was paid", "Name the supplier and what was bought."),
    "description_empty": ("No words to go by", "Say what was bought, or give a code of the goods."),
    "description_redacted": ("The description was blacked out", "Say what was bought, or exclude the line."),
    "empty_record": ("An empty line", "Nothing needs to be done."),
    "amount_missing": (
        "No amount that could be valued",
        "Give the net amount with its currency, or a quantity in a unit of mass such as kg.",
    ),
    "zero_amount": (
        "An amount of nothing",
        "If the goods were free, give their quantity and unit; else correct the amount.",
    ),
    "unknown_currency": (
        "A currency without an exchange rate",
        "Give the amount in a currency whose rate is known, such as USD, GBP or EUR.",
    ),
    "currency_missing": ("An amount without a currency", "Give the currency as three letters, such as GBP."),
    "amount_unreadable": ("An amount that cannot be read", "Correct the amount."),
    "quantity_unreadable": ("A quantity that cannot be read", "Correct the quantity."),
    "factor_missing": ("No factor for what it may be", "Say more exactly what was bought."),
    "category_uncertain": (
        "It could be one of several things whose factors lie far apart",
        "Say in plain words what was bought, its material and what it is for, or name the supplier.",
    ),
    "methods_disagree": (
        "By mass and by money it comes to very different figures",
        "Check quantity, unit, amount and currency: one of them is probably wrong.",
    ),
    "range_wide": (
        "What it weighs or what a kilogram of it emits is known too roughly",
        "Give the amount of money, or say more exactly what the goods are made of.",
    ),
    "corrections_conflict": (
        "Approved corrections of the same goods contradict each other",
        "Review the estimates again that they were made of.",
    ),
    "correction_not_applied": (
        "A correction of the same goods does not fit this line",
        "State the amount in the unit or currency of the corrected line.",
    ),
    "excluded_by_review": ("A reviewer said that it is no purchase", "Review it again if that was wrong."),
    "goods_unknown": (
        "A number of goods, and no words",
        "Say what was bought, or enter the goods into the product catalogue.",
    ),
    "line_id_repeated": ("The number of the line stands on another line, too", "Send each line once."),
    "line_invalid": ("Something in the line cannot be read", "Correct what the sentence names."),
    "header_repeated": ("The header once more", "Nothing needs to be done."),
    "totals_row": ("A total of other lines", "Nothing needs to be done."),
    "row_ragged": ("A row with too many or too few cells", "Correct the row in the file."),
}
_ANY: Final = "The sentence says what was expected: correct the line."


def advice(status: str, reason: str) -> Advice | None:
    """Say why an estimate is not simply a figure to use, ``None`` where it is one.

    Parameters
    ----------
    status, reason
        Of an estimate (:class:`models.estimates.Estimates`); a reason without words of its own is written
        as its code.
    """
    if status == "estimated":
        return None
    known = _SAID.get(reason)
    return Advice(*known) if known else Advice(code_text(reason) or code_text(status), _ANY)
