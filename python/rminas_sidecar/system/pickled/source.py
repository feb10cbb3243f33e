"""Reads the bytes of a pickle in pieces."""

from __future__ import annotations

from struct import Struct
from typing import Any, BinaryIO

#: Formats of the operands of opcodes.
UINT16, UINT32, UINT64, INT32, FLOAT64 = map(Struct, ("<H", "<I", "<Q", "<i", ">d"))
_CHUNK = 1 << 20
#: Far more than any string of a table, and than the pixels of any known batch of images.
_LONGEST = 1 << 28
#: For names of modules and functions.
_LONGEST_LINE = 1024


class BadPickle(Exception):
    """The pickle is incomplete, or the bytes are not a pickle."""


class RefusedGlobal(Exception):
    """The pickle names a function or class that its format does not need.

    Args:
        name: of the function or class, with its module.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Source:
    """A stream with a part of it in `data`, of which everything before `at` is read.

    Args:
        stream: of bytes; it may end anywhere.
        size: most bytes of the stream, if known: nothing behind them is read or allocated.
    """

    def __init__(self, stream: BinaryIO, size: int | None = None) -> None:
        self._stream = stream
        self._size = size
        self.data = b""
        self.at = 0
        self._dropped = 0

    @property
    def position(self) -> int:
        """Bytes read so far."""
        return self._dropped + self.at

    def take(self, count: int) -> bytes:
        """Reads the next `count` bytes.

        Raises:
            BadPickle: the stream ends before.
        """
        if count > _LONGEST:
            raise BadPickle(f"at byte {self.position} it announces {count} bytes, more than it can need")
        start = self._advance(count)
        return self.data[start : self.at]

    def byte(self) -> int:
        """Reads the next byte; raises as :meth:`take`."""
        at = self.at
        if at == len(self.data):
            at = self._advance(1)
        self.at = at + 1
        return self.data[at]

    def next_is(self, byte: int) -> bool:
        """Whether a byte comes next, without reading it."""
        return self.has(1) and self.data[self.at] == byte

    def number(self, word: Struct) -> Any:
        """Reads a number in a format of one value; raises as :meth:`take`."""
        at = self._advance(word.size)
        return word.unpack_from(self.data, at)[0]

    def _advance(self, count: int) -> int:
        """Reads bytes, which begin at the answered place in `data`."""
        if not self.has(count):
            raise BadPickle(f"it ends at byte {self._dropped + len(self.data)}, in the middle")
        start = self.at
        self.at += count
        return start

    def read(self, count: int) -> bytes:
        """The next bytes, fewer than asked for at the end of the stream."""
        return self.take(count) if self.has(count) else self.take(len(self.data) - self.at)

    def line(self, longest: int = _LONGEST_LINE) -> bytes:
        """The bytes up to the next line feed, which is read too.

        Args:
            longest: bytes that the line may have.

        Raises:
            BadPickle: it has more, or no end.
        """
        searched = 0
        while (end := self.data.find(b"\n", self.at + searched, self.at + longest)) < 0:
            searched = len(self.data) - self.at
            if searched > longest or not self.has(searched + 1):
                raise BadPickle(f"the name at byte {self.position} has no end")
        return self.take(end + 1 - self.at)[:-1]

    def text(self) -> bytes:
        """A text of protocol 0: a line of any length."""
        return self.line(_LONGEST)

    def word(self) -> str:
        """A line as text: the name of a module or function, or a number."""
        return self.line().decode("utf-8")

    def has(self, count: int) -> bool:
        """Whether the stream has `count` more bytes; they are in `data` then."""
        if len(self.data) - self.at >= count:
            return True
        if self._size is not None and self.position + count > self._size:
            return False
        while len(self.data) - self.at < count:
            more = self._stream.read(max(_CHUNK, count))
            if not more:
                return False
            self._dropped += self.at
            self.data = self.data[self.at :] + more
            self.at = 0
        return True

    def exhaust(self) -> None:
        """Reads to the end of the stream, so that its checksum is verified.

        Raises:
            BadPickle: the stream is longer than expected.
        """
        end = self._dropped + len(self.data)
        while more := self._stream.read(_CHUNK):
            end += len(more)
            if self._size is not None and end > self._size:
                raise BadPickle(f"it has more than {self._size} bytes")
