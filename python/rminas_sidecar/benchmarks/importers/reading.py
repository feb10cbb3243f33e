"""Reads a file of trained accuracies. The content of the file decides the format, not its name."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from ...errors import SidecarError
from ...system.foreign import describe_foreign
from ...system.memory import available_memory, require_memory
from ..table import Table
from . import nas_bench_201_csv, nas_bench_201_pickle, nas_bench_macro_json
from .corrupt import corrupt

#: The known text tables have 2 MB. A much larger file is something else, and is not read into memory.
MAX_TEXT_BYTES = 16 * 1024 * 1024

#: Memory of an import of the smallest table, and, by measurement, memory for each byte of a text table.
_LEAST_MEMORY = 64 * 1024 * 1024
_MEMORY_OF_TEXT_BYTE = 12.0
_GZIP = b"\x1f\x8b"
_HEAD_BYTES = 16
_KNOWN_FORMATS = "Give a table as CSV, JSON, .pth or .pickle.pbz2; `rminas benchmark import --help` lists them."


def read_table(file: Path, columns: Mapping[str, str] = MappingProxyType({})) -> Table:
    """Opens a table. `columns` are names of columns of a CSV table, by the names that its importer knows.

    Raises `SidecarError`: `missing-file` if it cannot be read, `corrupt-file` if its content is not a known table,
    `out-of-memory` if it needs more memory than is available. Reading the entries may raise further errors.
    """
    try:
        if file.is_dir():
            _refuse_columns(file, columns)
            return _read_folder(file)
        size, head = _look(file)
        form = nas_bench_201_pickle.form_of(head)
        if form is not None:
            _refuse_columns(file, columns)
            _require_memory(file, size * form.memory_of_byte)
            return nas_bench_201_pickle.read(file, form)
        return _read_text(file, size, head, columns)
    except OSError as error:
        reason = error.strerror or str(error)
        raise SidecarError("missing-file", f"{file} cannot be read: {reason}.", ["Check its permissions."]) from error


def _read_folder(folder: Path) -> Table:
    if not (folder / nas_bench_201_pickle.META).is_file():
        raise SidecarError(
            "missing-file",
            f"{folder} is a folder without {nas_bench_201_pickle.META}, which the folder of NATS-Bench has.",
            ["Give the path of the table itself."],
        )
    _require_memory(folder, 0)
    return nas_bench_201_pickle.read_folder(folder)


def _read_text(file: Path, size: int, head: bytes, columns: Mapping[str, str]) -> Table:
    if size > MAX_TEXT_BYTES:
        raise SidecarError(
            "corrupt-file",
            f"{file} has {size} bytes; known text tables have at most {MAX_TEXT_BYTES}.",
            ["Check the path."],
        )
    _require_memory(file, size * _MEMORY_OF_TEXT_BYTE)
    text = _decode(file, _content(file, head))
    if nas_bench_macro_json.recognises(text):
        _refuse_columns(file, columns)
        return nas_bench_macro_json.read(file, text)
    if nas_bench_201_csv.recognises(text, columns):
        return nas_bench_201_csv.read(file, text, columns)
    known = [nas_bench_201_pickle.DESCRIPTION, nas_bench_201_csv.DESCRIPTION, nas_bench_macro_json.DESCRIPTION]
    raise SidecarError(
        "corrupt-file",
        f"{file} is not a known table of trained accuracies. Known are: {'; or '.join(known)}.{_found(text)}",
        [
            "Give a file of one of these formats.",
            "Name the columns of a CSV table: --column arch_str=NAME --column cifar10_test=NAME",
        ],
    )


def _look(file: Path) -> tuple[int, bytes]:
    """Size and first bytes of a file."""
    if not file.exists():
        raise SidecarError("missing-file", f"There is no file {file}.", ["Check the path."])
    if not file.is_file():
        raise SidecarError("missing-file", f"{file} is not a file.", ["Give the path of the table itself."])
    size = file.stat().st_size
    if size == 0:
        raise SidecarError("corrupt-file", f"{file} is empty.", ["Download the table again."])
    with file.open("rb") as stream:
        return size, stream.read(_HEAD_BYTES)


def _refuse_columns(file: Path, columns: Mapping[str, str]) -> None:
    if columns:
        raise SidecarError(
            "corrupt-file", f"{file} is not a CSV table, so it has no columns to name.", ["Leave out --column."]
        )


def _content(file: Path, head: bytes) -> bytes:
    """The text of a table, decompressed if it is gzipped."""
    content = _decompressed(file) if head.startswith(_GZIP) else file.read_bytes()
    foreign = describe_foreign(io.BytesIO(content))
    if foreign is None:
        return content
    raise SidecarError(
        "corrupt-file",
        f"{file} is {foreign.what}, and cannot be imported as a table.",
        [_KNOWN_FORMATS, foreign.step],
    )


def _decompressed(file: Path) -> bytes:
    try:
        with gzip.open(file) as stream:
            content = stream.read(MAX_TEXT_BYTES + 1)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise corrupt(str(file), f"it is gzipped and cannot be decompressed: {error}") from error
    if len(content) > MAX_TEXT_BYTES:
        raise corrupt(str(file), f"it has more than {MAX_TEXT_BYTES} bytes when decompressed")
    _require_memory(file, len(content) * _MEMORY_OF_TEXT_BYTE)
    return content


def _found(text: str) -> str:
    names = nas_bench_201_csv.column_names(text)
    return f" Found the columns {', '.join(names)}." if len(names) > 1 else ""


def _require_memory(file: Path, for_content: float) -> None:
    require_memory(f"The import of {file}", _LEAST_MEMORY + int(for_content), available_memory())


def _decode(file: Path, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SidecarError(
            "corrupt-file",
            f"{file}, line {line}: byte {error.start} is not UTF-8 text.",
            ["Download the table again, or save it as UTF-8."],
        ) from error
