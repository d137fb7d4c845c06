"""The turn: requests that wait are estimated together, and each gets what it would get alone."""

import anyio
import pytest
from starlette.exceptions import HTTPException

from models.footprint import EstimateOptions
from serving.api.turn import Turn
from serving.request_lines import read_lines

GOODS = ("gloves", "desk", "computer", "soap")


def lines_of(*goods, line_id=""):
    return read_lines(
        [
            {"description": f"{name}, blue", "amount": 10.0, "currency": "USD"}
            | ({"line_id": line_id} if line_id else {})
            for name in goods
        ]
    ).items


def together(turn, model, calls):
    """Let all calls wait until the turn is free, and give what each was answered."""
    found = [None] * len(calls)

    async def call(place, lines, options):
        try:
            found[place] = await turn.predict(lambda: model, lines, options)
        except Exception as error:  # noqa: BLE001 - that is what it was answered
            found[place] = error

    async def run():
        async with anyio.create_task_group() as group, turn.taken():
            for place, (lines, options) in enumerate(calls):
                group.start_soon(call, place, lines, options)
            await anyio.wait_all_tasks_blocked()

    anyio.run(run)
    return found


def test_requests_that_wait_are_estimated_in_one_call_as_they_would_be_alone(small_model):
    calls = [(lines_of(name, line_id="PO-1"), EstimateOptions()) for name in GOODS]
    alone = [small_model.predict(lines) for lines, _ in calls]
    sizes = []

    class Counting:
        factor_sets, version = small_model.factor_sets, small_model.version

        def predict(self, lines, options):
            sizes.append(len(lines))
            return small_model.predict(lines, options)

    found = together(Turn(), Counting(), calls)

    assert sizes == [4]
    for one, other in zip(found, alone, strict=True):
        assert one.equals(other)


def test_requests_with_other_options_wait_for_a_call_of_their_own(small_model):
    calls = [
        (lines_of(name), EstimateOptions(factor_set)) for name in GOODS for factor_set in (None, "epa-v1.2")
    ]

    found = together(Turn(), small_model, calls)

    for one, (lines, options) in zip(found, calls, strict=True):
        assert one.equals(small_model.predict(lines, options))


def test_a_ledger_is_not_joined_to_somebody_elses_line(small_model):
    sizes = []

    class Counting:
        factor_sets, version = small_model.factor_sets, small_model.version

        def predict(self, lines, options):
            sizes.append(len(lines))
            return small_model.predict(lines, options)

    together(Turn(), Counting(), [(lines_of(*GOODS * count), EstimateOptions()) for count in (1, 100, 2, 14)])

    assert sizes == [12, 400, 56]


def test_a_request_that_the_model_cannot_answer_costs_the_others_nothing(small_model):
    class Failing:
        factor_sets, version = small_model.factor_sets, small_model.version

        def predict(self, lines, options):
            if lines["description"].str.contains("desk").any():
                raise ZeroDivisionError
            return small_model.predict(lines, options)

    found = together(Turn(), Failing(), [(lines_of(name), EstimateOptions()) for name in GOODS])

    assert isinstance(found.pop(1), ZeroDivisionError)
    assert [len(one) for one in found] == [1, 1, 1]


def test_an_unknown_factor_set_is_refused_even_where_no_line_would_use_it(small_model):
    [refused] = together(Turn(), small_model, [(lines_of("rice"), EstimateOptions("defra"))])

    assert "'defra'" in str(refused)


def test_whoever_waits_too_long_is_sent_away_and_the_turn_stays_usable(small_model):
    turn = Turn(0.01)

    async def run():
        async with turn.taken():
            with pytest.raises(HTTPException) as refused:
                await turn.predict(lambda: small_model, lines_of("desk"), EstimateOptions())
        return refused.value.status_code, await turn.predict(
            lambda: small_model, lines_of("desk"), EstimateOptions()
        )

    status, found = anyio.run(run)

    assert status == 503
    assert found["category_code"].tolist() == ["337214"]
