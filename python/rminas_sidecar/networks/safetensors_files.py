"""Reads safetensors files: a JSON table of names, types, shapes and places, and the numbers behind it.

The format: https://github.com/huggingface/safetensors
"""

import json
import math
from typing import Any, BinaryIO

import numpy as np
import torch
from torch import Tensor

from rminas_sidecar.system.pickled import BadPickle

_LONGEST_TABLE = 1 << 21
_MOST_DIMENSIONS = 8
_DTYPES = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "I64": torch.int64,
    "I32": torch.int32,
    "I16": torch.int16,
    "I8": torch.int8,
    "U8": torch.uint8,
    "BOOL": torch.bool,
}


def is_safetensors(head: bytes, size: int) -> bool:
    """Whether a file begins like one: the table's length, and the table, which is a JSON object.

    Args:
        head: the first nine bytes.
        size: of the file, in bytes.
    """
    return len(head) >= 9 and head[8:9] == b"{" and 2 <= int.from_bytes(head[:8], "little") <= size - 8


def read_safetensors(file: BinaryIO, size: int) -> dict[str, Tensor]:
    """Reads all tensors of a file.

    Args:
        file: at its start.
        size: of the file, in bytes.

    Raises:
        BadPickle: it is incomplete, or its table does not fit its size.
    """
    length = int.from_bytes(file.read(8), "little")
    if length > min(_LONGEST_TABLE, size - 8):
        raise BadPickle(f"it announces a table of {length} bytes")
    try:
        table = json.loads(file.read(length))
    except (ValueError, RecursionError) as error:
        raise BadPickle("its table is not JSON") from error
    if not isinstance(table, dict):
        raise BadPickle("its table is not a JSON object")
    table.pop("__metadata__", None)
    tensors, room = {}, size - 8 - length
    for name, entry in table.items():
        dtype, shape, start, end = _checked(entry)
        room -= end - start
        if end > size - 8 - length or room < 0:
            raise BadPickle("its tensors are larger than the file")
        file.seek(8 + length + start)
        content = torch.from_numpy(np.fromfile(file, dtype=np.uint8, count=end - start))
        if len(content) != end - start:
            raise BadPickle("its numbers are incomplete")
        tensors[name] = content.view(dtype).reshape(shape)
    return tensors


def _checked(entry: Any) -> tuple[torch.dtype, list[int], int, int]:
    """Type, shape, first and last place of a tensor."""
    if not isinstance(entry, dict) or str(entry.get("dtype")) not in _DTYPES:
        raise BadPickle("a tensor of an unknown type")
    dtype, shape, places = _DTYPES[entry["dtype"]], _lengths(entry.get("shape")), _lengths(entry.get("data_offsets"))
    if len(places) != 2 or places[1] - places[0] != math.prod(shape) * dtype.itemsize:
        raise BadPickle("a tensor whose shape does not fit its place")
    return dtype, shape, places[0], places[1]


def _lengths(numbers: Any) -> list[int]:
    if not isinstance(numbers, list) or len(numbers) > _MOST_DIMENSIONS or not all(map(_is_length, numbers)):
        raise BadPickle("a tensor of an unusual shape")
    return numbers


def _is_length(number: object) -> bool:
    return type(number) is int and 0 <= number < 1 << 40
