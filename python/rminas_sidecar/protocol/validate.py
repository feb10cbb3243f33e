"""Text to message and back, both ways checked against the exported schema."""

import json
import math
from dataclasses import dataclass
from typing import Any

import jsonschema_rs

from rminas_sidecar.protocol.schema import SCHEMA, Body

NO_REQUEST = "0"
"""The id of a message that answers no request."""

_LONGEST_REASON = 400
_LARGEST_SAFE_INTEGER = 2**53


class InvalidMessage(Exception):
    """A message that the protocol does not allow.

    Args:
        reason: which field is wrong, and how.
        message_id: the id of the message, or "0" where it cannot be read.
    """

    def __init__(self, reason: str, message_id: str = NO_REQUEST) -> None:
        super().__init__(reason)
        self.reason = reason
        self.message_id = message_id


@dataclass(frozen=True)
class Message:
    """One envelope."""

    type: str
    id: str
    body: Body


class Direction:
    """The messages that one end may send."""

    def __init__(self, schema: Body) -> None:
        # One validator a type: a failed `oneOf` would only say that no branch fits, and not which field is wrong.
        self._validators = {
            branch["properties"]["type"]["const"]: jsonschema_rs.Draft202012Validator(branch)
            for branch in schema["oneOf"]
        }

    def check(self, message: Any) -> Message:
        """The message, once it is known to be one.

        Raises:
            InvalidMessage: it is none.
        """
        if not isinstance(message, dict):
            raise InvalidMessage("a message is a JSON object")
        message_id = _readable_id(message)
        kind = message.get("type")
        if not isinstance(kind, str) or kind not in self._validators:
            raise InvalidMessage(f"type: {_shorten(repr(kind))} is none of {', '.join(self._validators)}", message_id)
        try:
            self._validators[kind].validate(message)
        except jsonschema_rs.ValidationError as error:
            field = ".".join(str(part) for part in error.instance_path) or "message"
            raise InvalidMessage(f"{field}: {_shorten(error.message)}", message_id) from None
        except (ValueError, TypeError, OverflowError) as error:
            raise InvalidMessage(f"message: {_shorten(str(error))}", message_id) from None
        return Message(kind, message["id"], message["body"])


TO_SIDECAR = Direction(SCHEMA["toSidecar"])
FROM_SIDECAR = Direction(SCHEMA["fromSidecar"])


def decode(frames: list[bytes]) -> Message:
    """What the controller sent.

    Args:
        frames: the frames of one ZeroMQ message; a message of the protocol has just one, UTF-8 JSON.

    Raises:
        InvalidMessage: it is not a message of the protocol.
    """
    if len(frames) != 1:
        raise InvalidMessage(f"a message has one frame and this one has {len(frames)}")
    try:
        message = json.loads(frames[0].decode("utf-8"), parse_constant=_refuse_constant, parse_float=_parse_number)
    except RecursionError:
        raise InvalidMessage("the JSON is nested too deeply") from None
    except ValueError as error:
        raise InvalidMessage(f"this is not JSON: {_shorten(str(error))}") from None
    return TO_SIDECAR.check(message)


def encode(kind: str, message_id: str, body: Body) -> bytes:
    """UTF-8 JSON of a message to the controller; numbers that are not finite become null.

    Raises:
        InvalidMessage: the protocol does not allow this message, which is a bug of whoever made the body.
    """
    message = finite({"type": kind, "id": message_id, "body": body})
    FROM_SIDECAR.check(message)
    return json.dumps(message, allow_nan=False, separators=(",", ":")).encode()


def finite(value: Any) -> Any:
    """The value with null for each number in it that is not finite: JSON has no NaN and no infinity."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(item) for item in value]
    return value


def _parse_number(text: str) -> int | float:
    """JavaScript has one kind of number: 1.0 and 1 are the same to it, so both are read as what needs no care."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"the number {_shorten(text)} is out of range")
    return int(number) if number.is_integer() and abs(number) < _LARGEST_SAFE_INTEGER else number


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


def _readable_id(message: Body) -> str:
    message_id = message.get("id")
    return message_id if isinstance(message_id, str) and 1 <= len(message_id) <= 64 else NO_REQUEST


def _shorten(text: str) -> str:
    return text if len(text) <= _LONGEST_REASON else f"{text[:_LONGEST_REASON]}…"
