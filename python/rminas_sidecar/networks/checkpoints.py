"""Reads checkpoints of weights without running code that they name."""

import bz2
from pathlib import Path
from typing import BinaryIO, cast

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.networks.safetensors_files import is_safetensors, read_safetensors
from rminas_sidecar.networks.torch_files import NotACheckpoint, read_legacy, read_plain_pickle, read_zip
from rminas_sidecar.system.files import open_file
from rminas_sidecar.system.foreign import describe_foreign
from rminas_sidecar.system.pickled import BadPickle, RefusedGlobal

_LEAST_INFLATED = 96 * 1024 * 1024
"""Bytes that a file compressed by bzip2 may always have when it is unpacked."""


def read_checkpoint(path: Path, what: str, next_steps: list[str], largest: int) -> object:
    """Reads a checkpoint, on the CPU: tensors, numbers, text, and containers of them.

    Formats: both of `torch.save`, safetensors, and a pickle of tensors that is compressed by bzip2.

    Args:
        what: names the file in messages, e.g. `The teacher's checkpoint`.
        next_steps: how to get a suitable file.
        largest: bytes that the file can have.

    Raises:
        SidecarError: `missing-file`, `corrupt-file` (incomplete or too large) or `refused-file` (more than weights, or
            a file of another kind).
    """
    with open_file(path, what, next_steps, largest) as (file, size):
        try:
            return _read(file, size)
        except RefusedGlobal as error:
            why = f"it asks for {error.name}, which was not run"
            raise SidecarError("refused-file", f"{path} is not a checkpoint of weights: {why}.", next_steps) from error
        except NotACheckpoint as error:
            file.seek(0)
            foreign = describe_foreign(file)
            kind, steps = str(error), next_steps
            if foreign is not None:
                kind, steps = foreign.what, [foreign.step, *next_steps]
            raise SidecarError(
                "refused-file", f"{path} is not a checkpoint of weights: it is {kind}.", steps
            ) from error
        except BadPickle as error:
            raise SidecarError(
                "corrupt-file", f"{path} is an incomplete checkpoint ({size} bytes): {error}.", next_steps
            ) from error


def _read(file: BinaryIO, size: int) -> object:
    head = file.read(16)
    file.seek(0)
    if head.startswith(b"PK\x03\x04"):
        return read_zip(file, size)
    if head.startswith(b"BZh"):
        return _read_bzip2(file, size)
    if is_safetensors(head, size):
        return read_safetensors(file, size)
    if head.startswith(b"\x80") or not head:
        return read_legacy(file, size)
    raise NotACheckpoint("a file of another format")


def _read_bzip2(file: BinaryIO, size: int) -> object:
    largest = max(_LEAST_INFLATED, size * 3 // 2)
    try:
        return read_plain_pickle(cast(BinaryIO, bz2.BZ2File(file)), largest)
    except (EOFError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise BadPickle(f"its compression is damaged: {error}") from error
