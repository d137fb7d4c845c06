"""What the goods of a line are, without how much of them there is."""

import re
from typing import Final

from features.quantities.wording import READ_UP_TO, read_wording

_EMPTY: Final = re.compile(r"[(\[]\s*[)\]]|(?<=,)\s+,")
_LEAST_LETTERS: Final = 3
_LEFT_OVER: Final = re.compile(r"^(?:[\s,;:/-]|x(?=\s))+|(?:[\s,;:/-]|\b(?:x|of|per))+$")
"""At either end, where an amount stood."""


def goods_without_amount(description: str) -> str:
    """Take amounts of substance and counts out of a description: they say nothing about a kilogram of it.

    An encoder finds "Beef mince" much nearer to "Minced beef" than "Beef mince 5kg". Strengths, grammages
    and sizes stay. A description without an amount, or with little else, is returned as it is.

    Examples
    --------
    >>> goods_without_amount("Beef mince 5kg"), goods_without_amount("Milk, 6 x 2 pints, 1.7% fat")
    ('Beef mince', 'Milk, 1.7% fat')
    >>> goods_without_amount("PLUG BRASS 3/4 IN"), goods_without_amount("25 kg")
    ('PLUG BRASS 3/4 IN', '25 kg')
    """
    wording = read_wording(description)
    if wording.goods == wording.text:
        return description
    goods = _EMPTY.sub(" ", wording.goods + description[READ_UP_TO:])
    goods = _LEFT_OVER.sub("", " ".join(goods.split()))
    return goods if sum(map(str.isalpha, goods)) >= _LEAST_LETTERS else description
