"""Reads a file of trained accuracies. The content of the file decides the format, not its name."""

from __future__ import annotations

from pathlib import Path

from ...errors import SidecarError
from ...system.memory import available_memory, require_memory
from ..table import Table
from . import nas_bench_201_csv, nas_bench_201_pickle, nas_bench_macro_json

#: The known text tables have 2 MB. A much larger file is something else, and is not read into memory.
MAX_TEXT_BYTES = 16 * 1024 * 1024

#: Memory of an import of the smallest table, and, by measurement, memory for each byte of a text table.
_LEAST_MEMORY = 64 * 1024 * 1024
_MEMORY_OF_TEXT_BYTE = 12.0


def read_table(file: Path) -> Table:
    """Opens a table.

    Raises `SidecarError`: `missing-file` if it cannot be read, `corrupt-file` if its content is not a known table,
    `out-of-memory` if it needs more memory than is available. Reading the entries may raise further errors.
    """
    try:
        if file.is_dir():
            return _read_folder(file)
        size, head = _look(file)
        form = nas_bench_201_pickle.form_of(head)
        if form is not None:
            _require_memory(file, size * form.memory_of_byte)
            return nas_bench_201_pickle.read(file, form)
        return _read_text(file, size)
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


def _read_text(file: Path, size: int) -> Table:
    if size > MAX_TEXT_BYTES:
        raise SidecarError(
            "corrupt-file",
            f"{file} has {size} bytes; known text tables have at most {MAX_TEXT_BYTES}.",
            ["Check the path."],
        )
    _require_memory(file, size * _MEMORY_OF_TEXT_BYTE)
    text = _decode(file, file.read_bytes())
    if nas_bench_macro_json.recognises(text):
        return nas_bench_macro_json.read(file, text)
    if nas_bench_201_csv.recognises(text):
        return nas_bench_201_csv.read(file, text)
    known = [nas_bench_201_pickle.DESCRIPTION, nas_bench_201_csv.DESCRIPTION, nas_bench_macro_json.DESCRIPTION]
    raise SidecarError(
        "corrupt-file",
        f"{file} is not a known table of trained accuracies. Known are: {'; or '.join(known)}.",
        ["Give a file of one of these formats."],
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
        return size, stream.read(4)


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
