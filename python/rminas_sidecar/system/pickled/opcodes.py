"""The opcodes that make plain data, of protocols 0 to 5."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from .limits import UNLIMITED, Limits
from .pickle_vm import PickleVm
from .runs import read_run
from .safe_globals import Record, SafeGlobals
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
    # Byte strings of Python 2.
    b"U": lambda m: m.push_bytes(m.number("<B")),
    b"T": lambda m: m.push_bytes(m.number("<I")),
    b"S": lambda m: m.push_quoted(),
    b"V": lambda m: m.push(m.source.text().decode("raw-unicode-escape")),
    b"I": lambda m: m.push_digits(),
    b"L": lambda m: m.push_digits(),
    b"F": lambda m: m.push(float(m.source.word())),
    b"C": lambda m: m.push_bytes(m.number("<B")),
    b"B": lambda m: m.push_bytes(m.number("<I")),
    b"\x8e": lambda m: m.push_bytes(m.number("<Q")),
    # A byte array, as protocol 5 has of NumPy.
    b"\x96": lambda m: m.push_bytes(m.number("<Q")),
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
    b"l": lambda m: m.push(m.pop(m.marked())),
    b"d": lambda m: m.push_dict(m.pop(m.marked())),
    b"a": lambda m: m.extend(m.pop(1)),
    b"e": lambda m: m.extend(m.pop(m.marked())),
    b"}": lambda m: m.push(m.make_dict()),
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
    b"g": lambda m: m.push(m.memo.get(int(m.source.word()))),
    b"p": lambda m: m.memoize(int(m.source.word())),
    b"q": lambda m: m.memoize(m.number("<B")),
    b"r": lambda m: m.memoize(m.number("<I")),
    b"\x94": lambda m: m.memoize(len(m.memo)),
    b"c": lambda m: m.push_global(m.source.word(), m.source.word()),
    b"i": lambda m: m.push_global(m.source.word(), m.source.word()),
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


def records(source: Source, safe_globals: SafeGlobals, limits: Limits = UNLIMITED) -> Generator[Record, None, Any]:
    """Reads one pickle and yields each of its dictionaries when items have been put into it, the outermost last.

    The receiver may empty a dictionary: inner ones come before the outer ones.

    Args:
        source: the pickle's bytes.
        safe_globals: replace the functions that the pickle names.
        limits: of its objects.

    Returns:
        The pickled object.

    Raises:
        BadPickle: it is incomplete, contains what its format does not need, or exceeds a limit.
        RefusedGlobal: it names a function or class that its format does not need.
    """
    vm = PickleVm(source, safe_globals, limits)
    while True:
        filled = _run(vm)
        if filled is None:
            return vm.stack.pop()
        yield filled


def load(source: Source, safe_globals: SafeGlobals, limits: Limits) -> Any:
    """Reads one pickle into plain dictionaries; see :func:`records`."""
    vm = PickleVm(source, safe_globals, limits, dict)
    while _run(vm) is not None:
        pass
    return vm.stack.pop()


def _run(vm: PickleVm) -> Any:
    """Runs the program until a dictionary has been filled, which it answers, or to the end: None."""
    try:
        return _run_unguarded(vm)
    # A wrong program may raise any of these: the stack is empty, or holds something else.
    except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError, RuntimeError) as error:
        raise BadPickle(f"it cannot be read at byte {vm.source.position}: {error}") from error


def _run_unguarded(vm: PickleVm) -> Any:
    source, stack = vm.source, vm.stack
    while True:
        code = source.take(1)[0]
        if code in _RUN_STARTS:
            source.at -= 1
            row = read_run(code, source, vm.memo)
            if row is not None:
                before = len(stack)
                stack.extend(row)
                vm.spend(len(stack) - before)
                continue
            source.at += 1
        if code == _STOP:
            # The object is left on the stack.
            stack[-1]
            return None
        operation = _OPERATIONS.get(code)
        if operation is None:
            raise BadPickle(f"byte {source.position - 1} is {code:#04x}, which no such file has")
        vm.spend(1)
        operation(vm)
        if vm.filled is not None:
            filled, vm.filled = vm.filled, None
            return filled
