"""Both directions of the protocol, by the corpus that the controller's tests read too, and by nonsense."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rminas_sidecar.protocol import PROTOCOL_VERSION, SCHEMA
from rminas_sidecar.protocol.validate import FROM_SIDECAR, TO_SIDECAR, InvalidMessage, MessageSchema, decode, encode

CORPUS = json.loads((Path(__file__).parents[2] / "test" / "corpus" / "messages.json").read_text(encoding="utf-8"))
DIRECTIONS = {"toSidecar": TO_SIDECAR, "fromSidecar": FROM_SIDECAR}
VALID = [(name, message) for name in DIRECTIONS for message in CORPUS[name]["valid"]]
INVALID = [(name, example) for name in DIRECTIONS for example in CORPUS[name]["invalid"]]


@pytest.mark.parametrize(("direction", "message"), VALID, ids=[f"{name}-{m['type']}" for name, m in VALID])
def test_valid_messages_are_accepted(direction: str, message: dict[str, Any]) -> None:
    checked = DIRECTIONS[direction].check(message)
    assert {"type": checked.type, "id": checked.id, "body": checked.body} == message


@pytest.mark.parametrize(("direction", "example"), INVALID, ids=[f"{name}-{e['why']}" for name, e in INVALID])
def test_invalid_messages_are_refused_and_the_field_is_named(direction: str, example: dict[str, Any]) -> None:
    with pytest.raises(InvalidMessage) as refused:
        DIRECTIONS[direction].check(example["message"])
    if example["where"] != "message":
        assert refused.value.reason.startswith(f"{example['where']}: ")


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_the_corpus_has_every_type(direction: str) -> None:
    types = {branch["properties"]["type"]["const"] for branch in SCHEMA[direction]["oneOf"]}
    assert {message["type"] for message in CORPUS[direction]["valid"]} == types


def test_hello_states_the_version_of_the_schema() -> None:
    assert CORPUS["fromSidecar"]["valid"][0]["body"]["protocol"] == PROTOCOL_VERSION


def test_an_error_keeps_the_id_where_it_can_be_read() -> None:
    assert _refusal(b'{"type":"evaluate","id":"41","body":{}}').message_id == "41"
    assert _refusal(b'{"type":"evaluate","id":41,"body":{}}').message_id == "0"
    assert _refusal(b"\xff\xfe").message_id == "0"


NONSENSE = {
    "empty": b"",
    "not UTF-8": b'{"type":"\xff"}',
    "half": b'{"type":"shutdown","id":"1","bo',
    "deep": b"[" * 200_000 + b"]" * 200_000,
    "deep body": b'{"type":"shutdown","id":"1","body":' + b'{"a":' * 5_000 + b"1" + b"}" * 5_001,
    "many digits": b'{"type":"shutdown","id":"1","body":{"n":' + b"9" * 100_000 + b"}}",
    "huge integer": b'{"type":"fit","id":"1","body":{"seed":' + b"9" * 400 + b"}}",
    "overflow": b'{"type":"fit","id":"1","body":{"seed":1e999}}',
    "NaN": b'{"type":"fit","id":"1","body":{"seed":NaN}}',
    "surrogate key": b'{"type":"shutdown","id":"1","body":{"\\ud800":1}}',
    "surrogate type": b'{"type":"\\ud800","id":"1","body":{}}',
    "list as type": b'{"type":["shutdown"],"id":"1","body":{}}',
    "null": b"null",
    "zero bytes": b"\0" * 1000,
}


@pytest.mark.parametrize("frame", NONSENSE.values(), ids=NONSENSE.keys())
def test_nonsense_is_refused_in_a_few_words(frame: bytes) -> None:
    reason = _refusal(frame).reason
    assert 0 < len(reason) < 1000


@pytest.mark.parametrize("frames", [[], [b"{}", b"{}"], [b'{"type":"shutdown","id":"1","body":{}}', b""]])
def test_a_message_has_one_frame(frames: list[bytes]) -> None:
    with pytest.raises(InvalidMessage, match="one frame"):
        decode(frames)


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(frame: bytes) -> None:
    with pytest.raises(InvalidMessage):
        decode([frame])


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(CORPUS["toSidecar"]["valid"]), _json)
def test_a_wrong_body_raises_nothing_else(message: dict[str, Any], body: Any) -> None:
    text = json.dumps({**message, "body": body}).encode()
    try:
        decode([text])
    except InvalidMessage as refused:
        assert refused.message_id == message["id"]


def test_whole_numbers_are_whole_however_they_are_written() -> None:
    body = decode([_evaluate(seed="3.0")]).body
    assert body["seed"] == 3
    assert isinstance(body["seed"], int)
    assert decode([_evaluate(seed="9007199254740991")]).body["seed"] == 9007199254740991
    with pytest.raises(InvalidMessage, match=r"body\.seed"):
        decode([_evaluate(seed="9007199254740993.0")])


def test_numbers_that_are_not_finite_become_null() -> None:
    evaluation = {"loss": math.inf, "curve": [1.5, math.nan], "cka": [-math.inf], "crossEntropy": None}
    text = encode("evaluated", "5", {**evaluation, "steps": 2, "seconds": 0.5})
    assert json.loads(text) == {
        "type": "evaluated",
        "id": "5",
        "body": {"loss": None, "curve": [1.5, None], "cka": [None], "crossEntropy": None, "steps": 2, "seconds": 0.5},
    }


def test_floats_survive_the_way() -> None:
    probabilities = [0.1, 1 / 3, 5e-324, 1 - 2**-53]
    text = encode("fitted", "5", {"probabilities": probabilities, "seconds": 0})
    assert json.loads(text)["body"]["probabilities"] == probabilities


def test_half_a_surrogate_pair_survives_the_way() -> None:
    message = decode([b'{"type":"shutdown","id":"\\ud800","body":{}}'])
    assert encode("bye", message.id, {}) == b'{"type":"bye","id":"\\ud800","body":{}}'


@pytest.mark.parametrize(
    "body", [{}, {"probabilities": [2], "seconds": 0}, {"probabilities": [object()], "seconds": 0}]
)
def test_a_reply_that_the_protocol_forbids_is_not_sent(body: dict[str, Any]) -> None:
    with pytest.raises(InvalidMessage):
        encode("fitted", "5", body)


def test_a_long_value_does_not_fill_the_error() -> None:
    branch = {"properties": {"type": {"const": "x"}, "body": {"maxLength": 3}}}
    with pytest.raises(InvalidMessage) as refused:
        MessageSchema({"oneOf": [branch]}).check({"type": "x", "id": "1", "body": "y" * 100_000})
    assert len(refused.value.reason) < 1000


def _refusal(frame: bytes) -> InvalidMessage:
    with pytest.raises(InvalidMessage) as refused:
        decode([frame])
    return refused.value


def _evaluate(seed: str) -> bytes:
    digest = "0" * 64
    return f'{{"type":"evaluate","id":"1","body":{{"digest":"{digest}","genotype":"g","seed":{seed}}}}}'.encode()
