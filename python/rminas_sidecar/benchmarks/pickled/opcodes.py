"""The opcodes of pickle protocols 2 to 5 that a table needs, and the loop that runs them."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from .pickle_vm import PickleVm
from .runs import read_run
from .safe_globals import Record
from .source import BadPickle, Source

_STOP = 0x2E
#: Opcodes with which a row of keys and numbers may start.
_RUN_STARTS = frozenset(b"KjX\x8c")

_SCALARS: dict[bytes, Callable[[PickleVm], None]] = {
    b"N": lambda m: m.push(None),
    b"\x88": lambda m: m.push(True),
    b"\x89": lambda m: m.push(False),
    b"K": lambda m: m.push(m.number("<B")),
    b"M": lambda m: m.push(m.number("<H")),
    b"J": lambda m: m.push(m.number("<i")),
    b"G": lambda m: m.push(m.number(">d")),
    b"\x8a": lambda m: m.push_long(m.number("<B")),
    b"\x8b": lambda m: m.push_long(m.number("<I")),
    b"\x8c": lambda m: m.push_text(m.number("<B")),
    b"X": lambda m: m.push_text(m.number("<I")),
    b"\x8d": lambda m: m.push_text(m.number("<Q")),
    b"C": lambda m: m.push_bytes(m.number("<B")),
    b"B": lambda m: m.push_bytes(m.number("<I")),
    b"\x8e": lambda m: m.push_bytes(m.number("<Q")),
}
_CONTAINERS: dict[bytes, Callable[[PickleVm], Any]] = {
    b"(": lambda m: m.mark(),
    b"0": lambda m: m.pop(1),
    b"1": lambda m: m.pop(m.marked()),
    b")": lambda m: m.push(()),
    b"\x85": lambda m: m.push_tuple(1),
    b"\x86": lambda m: m.push_tuple(2),
    b"\x87": lambda m: m.push_tuple(3),
    b"t": lambda m: m.push_tuple(m.marked()),
    b"]": lambda m: m.push([]),
    b"a": lambda m: m.extend(m.pop(1)),
    b"e": lambda m: m.extend(m.pop(m.marked())),
    b"}": lambda m: m.push(Record()),
    b"s": lambda m: m.set(m.pop(2)),
    b"u": lambda m: m.set(m.pop(m.marked())),
    b"\x8f": lambda m: m.push(set()),
    b"\x90": lambda m: m.add(m.pop(m.marked())),
}
_NAMES: dict[bytes, Callable[[PickleVm], Any]] = {
    # Protocol and frame.
    b"\x80": lambda m: m.source.take(1),
    b"\x95": lambda m: m.source.take(8),
    b"h": lambda m: m.push(m.memo.get(m.number("<B"))),
    b"j": lambda m: m.push(m.memo.get(m.number("<I"))),
    b"q": lambda m: m.memoize(m.number("<B")),
    b"r": lambda m: m.memoize(m.number("<I")),
    b"\x94": lambda m: m.memoize(len(m.memo)),
    b"c": lambda m: m.push_global(m.source.line(), m.source.line()),
    b"i": lambda m: m.push_global(m.source.line(), m.source.line()),
    b"\x93": lambda m: m.push_global(*m.pop(2)),
    b"\x82": lambda m: m.refuse_extension(m.number("<B")),
    b"\x83": lambda m: m.refuse_extension(m.number("<H")),
    b"\x84": lambda m: m.refuse_extension(m.number("<I")),
    b"R": lambda m: m.reduce(*m.pop(2)),
    b"\x81": lambda m: m.reduce(*m.pop(2)),
    b"b": lambda m: m.build(*m.pop(1)),
    b"Q": lambda m: m.push_storage(*m.pop(1)),
}
_OPERATIONS = {code[0]: operation for code, operation in (_SCALARS | _CONTAINERS | _NAMES).items()}


def records(source: Source) -> Generator[Record, None, Any]:
    """Reads one pickle and yields each dictionary after items were added to it, the outermost last.

    The caller may empty a dictionary, because inner dictionaries come before those that contain them.

    Returns:
        The pickled object.

    Raises:
        BadPickle: it is incomplete, or has something that no table has.
        RefusedGlobal: it names a function that no table needs.
    """
    try:
        return (yield from _run(PickleVm(source)))
    # A wrong pickle may leave the stack empty, or leave objects of other types on it.
    except (IndexError, TypeError, ValueError, OverflowError, AttributeError) as error:
        raise BadPickle(f"it cannot be read at byte {source.position}: {error}") from error


def _run(machine: PickleVm) -> Generator[Record, None, Any]:
    source, stack = machine.source, machine.stack
    while True:
        code = source.take(1)[0]
        if code in _RUN_STARTS:
            source.at -= 1
            row = read_run(code, source, machine.memo)
            if row is not None:
                stack.extend(row)
                continue
            source.at += 1
        if code == _STOP:
            return stack.pop()
        operation = _OPERATIONS.get(code)
        if operation is None:
            raise BadPickle(f"byte {source.position - 1} is {code:#04x}, which no table has")
        operation(machine)
        if machine.filled is not None:
            filled, machine.filled = machine.filled, None
            yield filled
