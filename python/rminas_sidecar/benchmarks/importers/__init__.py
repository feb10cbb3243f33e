"""Reads a file of trained accuracies, whatever it is called: its content says which format it has."""

from __future__ import annotations

from pathlib import Path

from ...errors import SidecarError
from ..table import Table
from . import nas_bench_201_csv, nas_bench_macro_json

#: The known tables have 2 MB; far beyond that, a file is something else and is not read into memory.
MAX_TEXT_BYTES = 256 * 1024 * 1024

_PICKLE_MAGICS = (b"PK\x03\x04", b"\x80")


def read_table(file: Path) -> Table:
    """Opens a table.

    Raises `SidecarError`: `missing-file` when it cannot be read, `refused-file` for a format that is known and not
    supported, `corrupt-file` when its content is no known table.
    """
    content = _read(file)
    if content.startswith(_PICKLE_MAGICS):
        raise SidecarError(
            "refused-file",
            f"{file} is a PyTorch or pickle file (NAS-Bench-201's .pth is one): this version cannot import it yet.",
            ["Import the table of accuracies as CSV: " + nas_bench_201_csv.DESCRIPTION],
        )
    text = _decode(file, content)
    if nas_bench_macro_json.recognises(text):
        return nas_bench_macro_json.read(file, text)
    if nas_bench_201_csv.recognises(text):
        return nas_bench_201_csv.read(file, text)
    known = [nas_bench_201_csv.DESCRIPTION, nas_bench_macro_json.DESCRIPTION]
    raise SidecarError(
        "corrupt-file",
        f"{file} is no table of trained accuracies that this version knows. Looked for: {'; or '.join(known)}.",
        ["Give a file of one of these formats."],
    )


def _read(file: Path) -> bytes:
    try:
        if not file.exists():
            raise SidecarError("missing-file", f"There is no file {file}.", ["Check the path."])
        if not file.is_file():
            raise SidecarError("missing-file", f"{file} is not a file.", ["Give the path of the table itself."])
        size = file.stat().st_size
        if size == 0:
            raise SidecarError("corrupt-file", f"{file} is empty.", ["Get the table again."])
        with file.open("rb") as stream:
            head = stream.read(4)
            if size > MAX_TEXT_BYTES and not head.startswith(_PICKLE_MAGICS):
                raise SidecarError(
                    "corrupt-file",
                    f"{file} has {size} bytes, and no known table has more than {MAX_TEXT_BYTES}.",
                    ["Check the path."],
                )
            return head if head.startswith(_PICKLE_MAGICS) else head + stream.read()
    except OSError as error:
        reason = error.strerror or str(error)
        raise SidecarError("missing-file", f"{file} cannot be read: {reason}.", ["Check its permissions."]) from error


def _decode(file: Path, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SidecarError(
            "corrupt-file",
            f"{file}, line {line}: byte {error.start} is not UTF-8 text.",
            ["Get the table again, or save it as UTF-8."],
        ) from error
