"""The kept inputs of each reader: a text file for each, with a line of base64 for each input, sorted."""

import base64
from collections.abc import Iterable
from pathlib import Path

_FOLDER = Path(__file__).with_name("corpus")
_MOST_BYTES = 64 * 1024
"""Of all inputs of a reader together. Longer ones are left out first."""


def read(reader: str) -> list[bytes]:
    """The inputs of a reader."""
    file = _file(reader)
    return [base64.b64decode(line) for line in file.read_text().splitlines()] if file.exists() else []


def keep(reader: str, inputs: Iterable[bytes]) -> None:
    """Adds inputs, as long as there is room."""
    kept = set(read(reader))
    room = _MOST_BYTES - sum(map(len, kept))
    for new in sorted(set(inputs) - kept, key=len):
        room -= len(new)
        if room < 0:
            break
        kept.add(new)
    _write(reader, kept)


def keep_fault(reader: str, content: bytes) -> None:
    """Adds the input of a fault, so that the tests fail until it is mended."""
    _write(reader, {*read(reader), content})


def _write(reader: str, inputs: Iterable[bytes]) -> None:
    _FOLDER.mkdir(exist_ok=True)
    lines = sorted(base64.b64encode(content).decode() for content in inputs)
    _file(reader).write_text("".join(f"{line}\n" for line in lines))


def _file(reader: str) -> Path:
    return _FOLDER / f"{reader}.txt"
