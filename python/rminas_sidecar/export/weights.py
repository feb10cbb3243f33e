"""Writes safetensors files (https://github.com/huggingface/safetensors)."""

import json
from collections.abc import Mapping

import torch
from torch import Tensor

_NAMES = {
    torch.float64: "F64",
    torch.float32: "F32",
    torch.float16: "F16",
    torch.bfloat16: "BF16",
    torch.int64: "I64",
    torch.int32: "I32",
    torch.uint8: "U8",
    torch.bool: "BOOL",
}


def safetensors_bytes(state: Mapping[str, Tensor]) -> bytes:
    """The content of a safetensors file with these tensors.

    Raises:
        KeyError: a tensor has a type that `model.py` does not read.
    """
    table, parts, place = {}, [], 0
    for name, tensor in state.items():
        content = tensor.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes()
        end = place + len(content)
        table[name] = {"dtype": _NAMES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [place, end]}
        parts.append(content)
        place = end
    head = json.dumps({"__metadata__": {"format": "pt"}, **table}).encode()
    # The numbers begin at a multiple of 8, as the format asks for.
    head += b" " * (-len(head) % 8)
    return b"".join([len(head).to_bytes(8, "little"), head, *parts])
