"""Answers that are not built as documented: told as the system's fault, without a value, and nothing read is lost."""

import json
from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from random import Random
from typing import Any

import pytest

from etl.model import Delivery, SourceError
from etl.sources.rest.records import instant_of_epoch
from tests.etl.rest_desk import RestDesk
from tests.etl.servers.web import START, Asked, Reply
from tests.etl.test_rest_share import KINDS, at_work

ODD: tuple[Any, ...] = (
    None,
    "",
    0,
    -1,
    1.5,
    True,
    "x",
    [],
    {},
    [1],
    [None],
    {"a": 1},
    10**20,
    float("nan"),
    1_700_000_000_000,
)
SEEDS = 12


def _places(found: Any) -> Iterator[tuple[Any, Any]]:
    for key in found if isinstance(found, dict) else range(len(found)) if isinstance(found, list) else ():
        yield found, key
        yield from _places(found[key])


def _bent(data: Any, chance: Random) -> Any:
    """Return a copy of an answer with some of its values replaced by odd ones."""
    data = json.loads(json.dumps(data))
    for _ in range(chance.choice((1, 2, 5))):
        if places := list(_places(data)):
            record, key = chance.choice(places)
            record[key] = deepcopy(chance.choice(ODD))
    return data


def _bend(desk: RestDesk, chance: Random, which: int) -> None:
    answer, n_asked = desk.web.answer, iter(range(10_000))

    def bent(asked: Asked) -> Reply:
        reply = answer(asked)
        return Reply(reply.status, _bent(reply.data, chance), reply.headers) if next(n_asked) == which else reply

    desk.web.answer = bent


@pytest.mark.oracle
@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize("kind", KINDS)
def test_no_answer_of_any_shape_is_a_fault_of_the_program(kind: str, seed: int) -> None:
    chance = Random(f"{kind} {seed}")
    with at_work(kind, date(2026, 2, 1), tickets=40) as desk:
        _bend(desk, chance, chance.randrange(12))
        try:
            for delivery in desk.source(50).read(None, START):
                for batch in delivery.batches:
                    batch.rows.stage(desk.con, "given")
        except SourceError as error:
            assert str(error).startswith("source desk: ")


def test_what_was_read_before_such_an_answer_is_delivered_and_no_value_is_told() -> None:
    found: list[Delivery] = []
    with at_work("zendesk", date(2025, 8, 1)) as desk:
        answer = desk.web.answer

        def bent(asked: Asked) -> Reply:
            reply = answer(asked)
            if "cursor" in asked.query:
                reply.data["metric_sets"] = [{"ticket_id": {"s0me": "text"}}]
            return reply

        desk.web.answer = bent
        with pytest.raises(
            SourceError, match=r"tickets: an answer is not built as documented \(TypeError at "
        ) as told:
            for delivery in desk.source().read(None, START):
                found.append(delivery)
        assert "s0me" not in str(told.value) and not told.value.permanent
        (delivery,) = found
        assert delivery.batches[0].rows.stage(desk.con, "given") == 20 and delivery.cursor is not None


@pytest.mark.parametrize("value", [10**20, 1_700_000_000_000_000, float("nan"), float("inf"), -(10**20)])
def test_a_number_that_is_no_second_is_left_to_the_mapping_to_reject(value: float) -> None:
    assert instant_of_epoch(value) == str(value)


def test_json_too_deep_to_read_is_no_whole_json() -> None:
    with at_work("jira", date(2026, 2, 1), tickets=2) as desk:
        desk.web.faults.extend([Reply(200, text="[" * 200_000)] * 9)
        with pytest.raises(SourceError, match="no whole JSON"):
            list(desk.source().read(None, START))
