"""Reads the bytes of a pickle in chunks."""

from __future__ import annotations

from typing import BinaryIO

_CHUNK = 1 << 20
#: Far more than any string of a table; weights in a NATS-Bench file are some megabytes each.
_LONGEST = 1 << 28
#: For names of modules and functions.
_LONGEST_LINE = 1024


class BadPickle(Exception):
    """The file is incomplete, or not a pickle."""


class Source:
    """A stream. A part of it is in `data`; the bytes before `at` were read.

    Args:
        stream: of bytes; it may end anywhere.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
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
            raise BadPickle(f"at byte {self.position} it announces {count} bytes, more than a table can need")
        if not self.has(count):
            raise BadPickle(f"it ends at byte {self._dropped + len(self.data)}, in the middle")
        start = self.at
        self.at += count
        return self.data[start : self.at]

    def line(self) -> str:
        """Reads the text up to the next line feed, and the line feed."""
        self.has(_LONGEST_LINE)
        end = self.data.find(b"\n", self.at, self.at + _LONGEST_LINE)
        if end < 0:
            raise BadPickle(f"the name at byte {self.position} has no end")
        return self.take(end + 1 - self.at)[:-1].decode("utf-8")

    def has(self, count: int) -> bool:
        """Whether the stream has `count` more bytes; they are in `data` then."""
        while len(self.data) - self.at < count:
            more = self._stream.read(max(_CHUNK, count))
            if not more:
                return False
            self._dropped += self.at
            self.data = self.data[self.at :] + more
            self.at = 0
        return True

    def exhaust(self) -> None:
        """Reads to the end of the stream, so that its checksum is verified."""
        while self._stream.read(_CHUNK):
            pass
