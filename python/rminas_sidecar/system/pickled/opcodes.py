"""The opcodes that make plain data, of protocols 0 to 5."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from .limits import UNLIMITED, Limits
from .pickle_vm import PickleVm
from .runs import ROW_STARTS
from .safe_globals import Record, SafeGlobals
from .source import FLOAT64, INT32, UINT16, UINT32, UINT64, BadPickle, Source

_STOP = 0x2E

_SCALARS: dict[bytes, Callable[[PickleVm], None]] = {
    b"N": lambda m: m.stack.append(None),
    b"\x88": lambda m: m.stack.append(True),
    b"\x89": lambda m: m.stack.append(False),
    b"K": lambda m: m.stack.append(m.source.byte()),
    b"M": lambda m: m.stack.append(m.source.number(UINT16)),
    b"J": lambda m: m.stack.append(m.source.number(INT32)),
    b"G": lambda m: m.stack.append(m.source.number(FLOAT64)),
    b"\x8a": lambda m: m.push_long(m.source.byte()),
    b"\x8b": lambda m: m.push_long(m.source.number(UINT32)),
    b"\x8c": lambda m: m.push_text(m.source.byte()),
    b"X": lambda m: m.push_text(m.source.number(UINT32)),
    b"\x8d": lambda m: m.push_text(m.source.number(UINT64)),
    # Byte strings of Python 2.
    b"U": lambda m: m.push_bytes(m.source.byte()),
    b"T": lambda m: m.push_bytes(m.source.number(UINT32)),
    b"S": lambda m: m.push_quoted(),
    b"V": lambda m: m.stack.append(m.source.text().decode("raw-unicode-escape")),
    b"I": lambda m: m.push_digits(),
    b"L": lambda m: m.push_digits(),
    b"F": lambda m: m.stack.append(float(m.source.word())),
    b"C": lambda m: m.push_bytes(m.source.byte()),
    b"B": lambda m: m.push_bytes(m.source.number(UINT32)),
    b"\x8e": lambda m: m.push_bytes(m.source.number(UINT64)),
    # A byte array, as protocol 5 has of NumPy.
    b"\x96": lambda m: m.push_bytes(m.source.number(UINT64)),
}
_CONTAINERS: dict[bytes, Callable[[PickleVm], Any]] = {
    b"(": lambda m: m.mark(),
    b"0": lambda m: m.pop(1),
    b"1": lambda m: m.pop(m.marked()),
    b")": lambda m: m.stack.append(()),
    b"\x85": lambda m: m.push_tuple(1),
    b"\x86": lambda m: m.push_tuple(2),
    b"\x87": lambda m: m.push_tuple(3),
    b"t": lambda m: m.push_tuple(m.marked()),
    b"]": lambda m: m.stack.append([]),
    b"l": lambda m: m.stack.append(m.pop(m.marked())),
    b"d": lambda m: m.push_dict(m.pop(m.marked())),
    b"a": lambda m: m.extend(m.pop(1)),
    b"e": lambda m: m.extend(m.pop(m.marked())),
    b"}": lambda m: m.stack.append(m.make_dict()),
    b"s": lambda m: m.set(m.pop(2)),
    b"u": lambda m: m.set(m.pop(m.marked())),
    b"\x8f": lambda m: m.stack.append(set()),
    b"\x90": lambda m: m.add(m.pop(m.marked())),
}
_NAMES: dict[bytes, Callable[[PickleVm], Any]] = {
    # Protocol and frame.
    b"\x80": lambda m: m.source.take(1),
    b"\x95": lambda m: m.source.take(8),
    b"h": lambda m: m.stack.append(m.memo.get(m.source.byte())),
    b"j": lambda m: m.stack.append(m.memo.get(m.source.number(UINT32))),
    b"g": lambda m: m.stack.append(m.memo.get(int(m.source.word()))),
    b"p": lambda m: m.memoize(int(m.source.word())),
    b"q": lambda m: m.memoize(m.source.byte()),
    b"r": lambda m: m.memoize(m.source.number(UINT32)),
    b"\x94": lambda m: m.memoize(len(m.memo)),
    b"c": lambda m: m.push_global(m.source.word(), m.source.word()),
    b"i": lambda m: m.push_global(m.source.word(), m.source.word()),
    b"\x93": lambda m: m.push_global(*m.pop(2)),
    b"\x82": lambda m: m.refuse_extension(m.source.byte()),
    b"\x83": lambda m: m.refuse_extension(m.source.number(UINT16)),
    b"\x84": lambda m: m.refuse_extension(m.source.number(UINT32)),
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
    source, stack, counted = vm.source, vm.stack, vm.counts_objects
    while True:
        code = source.byte()
        if code in ROW_STARTS and vm.read_rows():
            pass
        elif code in _OPERATIONS:
            if counted:
                vm.spend(1)
            _OPERATIONS[code](vm)
        elif code == _STOP:
            # The object is left on the stack.
            stack[-1]
            return None
        else:
            raise BadPickle(f"byte {source.position - 1} is {code:#04x}, which no such file has")
        if vm.filled is not None:
            filled, vm.filled = vm.filled, None
            return filled
