import numpy as np
import pytest

from data.concordances.industries import naics_2017_codes
from training.encoder_texts import as_on_a_ledger, category_matrix, tariff_texts


def test_a_text_is_written_in_many_ways_and_stays_short_and_never_empty():
    text = "Surgical instruments, stainless steel, and other general purpose medical equipment manufacturing"
    written = {as_on_a_ledger(text, np.random.default_rng(seed)) for seed in range(200)}
    assert len(written) > 50
    assert all(0 < len(way) < 130 for way in written)
    assert any(way.isupper() for way in written)
    assert any("eqpt" in way.lower() for way in written)
    assert any(len(way) == 50 for way in written)


def test_a_text_that_names_only_an_activity_is_not_lost():
    written = {as_on_a_ledger("Manufacturing", np.random.default_rng(seed)) for seed in range(50)}
    assert all(way.strip() for way in written)


def test_the_same_draw_writes_the_same():
    first, second = (as_on_a_ledger("Nitrile examination gloves", np.random.default_rng(3)) for _ in range(2))
    assert first == second


def test_categories_that_are_not_among_the_classes_are_passed_over():
    classes = np.array(["111110", "222222"])
    found = category_matrix([("222222",), ("999999",), ("111110", "222222")], classes)
    np.testing.assert_array_equal(found, [[False, True], [False, False], [True, True]])


@pytest.mark.data_package
def test_every_tariff_text_leads_to_few_known_categories():
    tariff = tariff_texts()
    assert len(tariff.text) == len(tariff.accepted) > 10_000
    assert {code for codes in tariff.accepted for code in codes} <= naics_2017_codes()
    assert max(len(codes) for codes in tariff.accepted) <= 5
    assert min(len(text) for text in tariff.text) > 0
