"""The reader of pickles, with Python's own as its judge."""

import io
import math
import pickle
from collections import OrderedDict
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rminas_sidecar.benchmarks.table_globals import TABLE_GLOBALS
from rminas_sidecar.system.pickled import BadPickle, Record, Source, records

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.text(min_size=300, max_size=301)
    | st.binary(min_size=1, max_size=5)
)
KEYS = st.text() | st.integers() | st.floats(allow_nan=False) | st.tuples(st.text(), st.integers())
VALUES = st.recursive(
    SCALARS | st.sets(st.integers()),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(KEYS, inner, max_size=4)
        | st.tuples(inner, inner)
        | st.tuples(inner, inner, inner, inner)
        | st.dictionaries(st.text(max_size=9), st.floats(allow_nan=False), max_size=9)
        | st.dictionaries(st.integers(0, 300), st.floats(allow_nan=False)).map(OrderedDict)
    ),
    max_leaves=20,
)


class Trickle(io.RawIOBase):
    """A stream that gives a few bytes at a time, whatever is asked for."""

    def __init__(self, content: bytes, step: int) -> None:
        self._content = io.BytesIO(content)
        self._step = step

    def read(self, _size: int = -1) -> bytes:
        return self._content.read(self._step)


def load(content: bytes, step: int = 1 << 20) -> Any:
    reading = records(Source(Trickle(content, step)), TABLE_GLOBALS)  # type: ignore[arg-type]
    while True:
        try:
            assert isinstance(next(reading), Record)
        except StopIteration as end:
            return end.value


@settings(max_examples=150, deadline=None)
@given(VALUES, st.sampled_from([2, 3, 4, 5]), st.sampled_from([1, 7, 1 << 20]))
def test_it_reads_what_python_wrote(value: object, protocol: int, step: int) -> None:
    assert load(pickle.dumps(value, protocol), step) == value


def curves() -> list[Any]:
    epochs = {epoch: epoch / 7 for epoch in range(300)}
    # Texts that are equal and others that are one object, as trainings have them.
    keys = [f"{split}@{epoch}" for split in ("x-valid", "ori-test") for epoch in range(200)]
    evaluations = {key: 1.0 / (place + 1) for place, key in enumerate(keys)}
    again = {key: math.pi * place for place, key in enumerate(keys)}
    mixed = {"a": 0.5, 1: 0.25, "b": None, 2: "text", "x-valid@0": 3.5, **dict.fromkeys(keys[:5], 0.125)}
    other = {f"{split}@{epoch}": 0.5 for split in ("x-valid", "ori-test") for epoch in range(200)}
    return [epochs, evaluations, again, mixed, other, [3, 0.5, 4, 0.25], (7, 0.5)]


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("step", [1, 61, 1 << 20])
def test_rows_of_numbers_are_read_as_their_opcodes_say(protocol: int, step: int) -> None:
    content = pickle.dumps(curves(), protocol)
    found = load(content, step)
    assert found == curves()
    assert [list(one) for one in found] == [list(one) for one in curves()], "in the same order"


def test_rows_that_are_numbered_anew_are_read_right() -> None:
    # BINPUT gives a number that another object has: the row must not be taken for one in order.
    program = b"\x80\x02(X\x01\0\0\0ar\x00\0\0\0G" + b"?\xf0" + b"\0" * 6
    program += b"X\x01\0\0\0br\x00\0\0\0G" + b"@\0" + b"\0" * 6 + b"j\0\0\0\0G" + b"@\x08" + b"\0" * 6 + b"t."
    assert load(program) == pickle.loads(program) == ("a", 1.0, "b", 2.0, "b", 3.0)


def test_dictionaries_come_when_they_are_filled_and_may_be_emptied() -> None:
    content = pickle.dumps({"outer": {"inner": 1, "empty": {}}, "other": 2}, 2)
    seen: list[list[Any]] = []
    reading = records(Source(io.BytesIO(content)), TABLE_GLOBALS)
    while True:
        try:
            record = next(reading)
        except StopIteration as end:
            root = end.value
            break
        seen.append(list(record))
        if "inner" in record:
            record.digest = record["inner"]
            record.clear()
    assert seen == [["inner", "empty"], ["outer", "other"]]
    assert (root["outer"], root["outer"].digest) == ({}, 1)


def test_several_pickles_follow_one_another() -> None:
    source = Source(io.BytesIO(pickle.dumps({"first": 1}, 2) + pickle.dumps([2, "b"], 4)))

    def value() -> Any:
        reading = records(source, TABLE_GLOBALS)
        while True:
            try:
                next(reading)
            except StopIteration as end:
                return end.value

    assert [value(), value()] == [{"first": 1}, [2, "b"]]
    with pytest.raises(BadPickle, match="it ends at byte"):
        value()


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_end_in_a_value_or_in_an_error_of_its_own(content: bytes) -> None:
    try:
        load(b"\x80\x02" + content)
    except Exception as error:
        assert type(error).__name__ in ("BadPickle", "RefusedGlobal")
