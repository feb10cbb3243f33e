"""Messages with something wrong in them, drawn at random from right ones: the same for the same seed."""

import json
import random
from collections.abc import Callable
from typing import Any

SCALARS: tuple[Any, ...] = (None, True, False, 0, -1, 2**53, 2**53 + 1, 2**64, 1e308, 0.5, "", "\0", "\ud800", [], {})
"""What takes the place of a value."""
NUMBERS = ("1e999", "-1e999", "NaN", "Infinity", "9" * 400, "0." + "1" * 400, "1e-999", "-0", "00", "0x1")
"""Texts in the place of a number, some of which are none."""


def mutated(draw: random.Random, message: Any) -> list[bytes]:
    """The frames of a message after one to three mutations."""
    tree = json.loads(json.dumps(message))
    for _ in range(draw.randrange(3)):
        tree = draw.choice(_TREE)(draw, tree)
    frame = json.dumps(tree).encode("utf-8", "surrogatepass")
    for _ in range(draw.randrange(3)):
        frame = draw.choice(_BYTES)(draw, frame)
    return draw.choice((*[_one] * 12, _twice, _empty_behind, _cut_in_two, _none))(draw, frame)


def _swap_type(draw: random.Random, tree: Any) -> Any:
    return _replace(draw, tree, lambda _: draw.choice(SCALARS))


def _nest(draw: random.Random, tree: Any) -> Any:
    def deep(value: Any) -> Any:
        for _ in range(draw.choice((2, 50, 400))):
            value = draw.choice(([value], {"body": value}))
        return value

    return _replace(draw, tree, deep)


def _lengthen(draw: random.Random, tree: Any) -> Any:
    def lengthen(value: Any) -> Any:
        # What is long already becomes no longer: the memory that counts is the decoder's, and not this function's.
        many = [value] * (2000 if len(json.dumps(value)) < 100 else 2)
        return draw.choice((many, "x" * 100_000, {"k" * 5000: value}))

    return _replace(draw, tree, lengthen)


def _move_key(draw: random.Random, tree: Any) -> Any:
    def move(value: Any) -> Any:
        if not isinstance(value, dict) or not value:
            return {"extra": value}
        key = draw.choice(list(value))
        return {(f"{name}'" if name == key else name): item for name, item in value.items()}

    return _replace(draw, tree, move)


def _replace(draw: random.Random, tree: Any, change: Callable[[Any], Any]) -> Any:
    """The tree with one of its values changed: all depths are equally likely."""
    if isinstance(tree, dict) and tree and draw.random() < 0.8:
        key = draw.choice(list(tree))
        return {**tree, key: _replace(draw, tree[key], change)}
    if isinstance(tree, list) and tree and draw.random() < 0.8:
        index = draw.randrange(len(tree))
        return [*tree[:index], _replace(draw, tree[index], change), *tree[index + 1 :]]
    return change(tree)


def _flip(draw: random.Random, frame: bytes) -> bytes:
    changed = bytearray(frame)
    for _ in range(min(len(changed), draw.choice((1, 1, 8)))):
        changed[draw.randrange(len(changed))] ^= 1 << draw.randrange(8)
    return bytes(changed)


def _cut(draw: random.Random, frame: bytes) -> bytes:
    return frame[: draw.randrange(len(frame) + 1)]


def _insert(draw: random.Random, frame: bytes) -> bytes:
    at = draw.randrange(len(frame) + 1)
    what = draw.choice((b"\xff", b"\xc3", b"\0", b"\xed\xa0\x80", b"{", b'"', draw.randbytes(5)))
    return frame[:at] + what + frame[at:]


def _repeat_key(draw: random.Random, frame: bytes) -> bytes:
    name = draw.choice((b"type", b"id", b"body", b"digest", b"seed", b"__proto__", b"constructor"))
    return frame.replace(b"{", b'{"' + name + draw.choice((b'":1,', b'":"fit",', b'":{},')), draw.choice((1, 3)))


def _odd_number(draw: random.Random, frame: bytes) -> bytes:
    digits = [index for index, byte in enumerate(frame) if chr(byte).isdigit()]
    if not digits:
        return frame
    at = draw.choice(digits)
    return frame[:at] + draw.choice(NUMBERS).encode() + frame[at + 1 :]


def _bury(draw: random.Random, frame: bytes) -> bytes:
    depth = draw.choice((10, 5_000, 100_000))
    opening, closing = draw.choice(((b"[", b"]"), (b'{"body":', b"}")))
    return opening * depth + frame + closing * draw.choice((depth, 0))


def _one(_: random.Random, frame: bytes) -> list[bytes]:
    return [frame]


def _twice(_: random.Random, frame: bytes) -> list[bytes]:
    return [frame, frame]


def _empty_behind(_: random.Random, frame: bytes) -> list[bytes]:
    return [frame, b""]


def _cut_in_two(draw: random.Random, frame: bytes) -> list[bytes]:
    at = draw.randrange(len(frame) + 1)
    return [frame[:at], frame[at:]]


def _none(_: random.Random, frame: bytes) -> list[bytes]:
    return [b""]


_TREE = (_swap_type, _swap_type, _nest, _lengthen, _move_key)
_BYTES = (_flip, _cut, _insert, _repeat_key, _odd_number, _bury)
