"""Decodes and encodes messages, checked against the exported schema."""

import json
import math
from dataclasses import dataclass
from typing import Any

import jsonschema_rs

from rminas_sidecar.protocol.schema import SCHEMA, Body

NO_REQUEST = "0"
"""The id of a message that does not answer a request."""

_LONGEST_REASON = 400
_LARGEST_SAFE_INTEGER = 2**53


class InvalidMessage(Exception):
    """A message that the protocol does not allow.

    Args:
        reason: the wrong field and its problem.
        message_id: the id of the message, "0" where it cannot be read.
    """

    def __init__(self, reason: str, message_id: str = NO_REQUEST) -> None:
        super().__init__(reason)
        self.reason = reason
        self.message_id = message_id


@dataclass(frozen=True)
class Message:
    """A message: its type, its id and its body."""

    type: str
    id: str
    body: Body


class MessageSchema:
    """The messages that one end may send."""

    def __init__(self, schema: Body) -> None:
        # One validator for each type, because a failed `oneOf` does not say which field is wrong.
        self._validators = {
            branch["properties"]["type"]["const"]: jsonschema_rs.Draft202012Validator(branch)
            for branch in schema["oneOf"]
        }

    def check(self, message: Any) -> Message:
        """Validates a decoded message.

        Raises:
            InvalidMessage: the schema does not allow it.
        """
        if not isinstance(message, dict):
            raise InvalidMessage("a message is a JSON object")
        message_id = _readable_id(message)
        kind = message.get("type")
        if not isinstance(kind, str) or kind not in self._validators:
            raise InvalidMessage(
                f"type: {_shorten(repr(kind))} is not one of {', '.join(self._validators)}", message_id
            )
        try:
            self._validators[kind].validate(message)
        except jsonschema_rs.ValidationError as error:
            field = ".".join(str(part) for part in error.instance_path) or "message"
            raise InvalidMessage(f"{_shorten(field)}: {_shorten(error.message)}", message_id) from None
        except (ValueError, TypeError, OverflowError) as error:
            raise InvalidMessage(f"message: {_shorten(str(error))}", message_id) from None
        return Message(kind, message["id"], message["body"])


TO_SIDECAR = MessageSchema(SCHEMA["toSidecar"])
FROM_SIDECAR = MessageSchema(SCHEMA["fromSidecar"])


def decode(frames: list[bytes]) -> Message:
    """Decodes a message of the controller.

    Args:
        frames: the frames of one ZeroMQ message. The protocol uses one frame of UTF-8 JSON.

    Raises:
        InvalidMessage: the schema does not allow it.
    """
    if len(frames) != 1:
        raise InvalidMessage(f"a message has one frame, and this one has {len(frames)}")
    try:
        message = json.loads(frames[0].decode("utf-8"), parse_constant=_refuse_constant, parse_float=_parse_number)
    except RecursionError:
        raise InvalidMessage("the JSON is nested too deeply") from None
    except ValueError as error:
        raise InvalidMessage(f"this is not JSON: {_shorten(str(error))}") from None
    return TO_SIDECAR.check(message)


def encode(kind: str, message_id: str, body: Body) -> bytes:
    """Encodes a message to the controller as UTF-8 JSON. Numbers that are not finite become null.

    Raises:
        InvalidMessage: the schema does not allow it, which is a bug of the sidecar.
    """
    message = replace_non_finite({"type": kind, "id": message_id, "body": body})
    FROM_SIDECAR.check(message)
    return json.dumps(message, allow_nan=False, separators=(",", ":")).encode()


def replace_non_finite(value: Any) -> Any:
    """A copy of a JSON value with null for each NaN and infinity, which JSON does not have."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: replace_non_finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [replace_non_finite(item) for item in value]
    return value


def _parse_number(text: str) -> int | float:
    """JavaScript writes 1.0 as 1, so whole numbers are read as integers either way."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"the number {_shorten(text)} is out of range")
    return int(number) if number.is_integer() and abs(number) < _LARGEST_SAFE_INTEGER else number


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def _readable_id(message: Body) -> str:
    message_id = message.get("id")
    return message_id if isinstance(message_id, str) and 1 <= len(message_id) <= 64 else NO_REQUEST


def _shorten(text: str) -> str:
    return text if len(text) <= _LONGEST_REASON else f"{text[:_LONGEST_REASON]}…"
