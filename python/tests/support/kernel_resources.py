"""Compiles the kernels of a stack's step for a Hopper GPU, which need not be there, without Triton's interpreter.

Usage: python -m support.kernel_resources CHANNELS BATCH LANES float32|tf32

Prints a JSON line for each kernel that a step on images of 32 × 32 pixels launches: its name, the channels of its
output, registers of a thread, bytes that a thread spills, and bytes of shared memory.
"""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import torch
import triton
from torch import Tensor
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource

from rminas_sidecar.networks.stacked.kernels.cell import compute_cell_by_kernels
from rminas_sidecar.networks.stacked.kernels.layer import convolve_and_normalise_by_kernels, normalise_by_kernels
from rminas_sidecar.networks.stacked.table import EDGES, OperationTable

_HOPPER = GPUTarget("cuda", 90, 32)
_READER = Path(triton.__file__).parent / "backends" / "nvidia" / "bin" / "cuobjdump"
_compiled: set[str] = set()
_TYPES = {torch.float32: "*fp32", torch.int32: "*i32"}


def _compile(kernel: Any, *arguments: Tensor | int, num_warps: int = 4, **further: Any) -> None:
    """Compiles a kernel for these arguments, unless that was done; prints the report."""
    names = kernel.arg_names
    given = {**dict(zip(names, arguments, strict=False)), **further}
    places = {name: (names.index(name),) for name in given}
    # As the launch does: memory begins at multiples of 16 bytes, and so does each lane.
    aligned = [
        name for name, it in given.items() if isinstance(it, Tensor) or (name.endswith("stride") and it % 16 == 0)
    ]
    source = ASTSource(
        kernel,
        {name: _type_of(name, given[name]) for name in names},
        {places[name]: value for name, value in given.items() if name.isupper()},
        {places[name]: [["tt.divisibility", 16]] for name in aligned},
    )
    compiled = triton.compile(source, target=_HOPPER, options={"num_warps": num_warps})
    if compiled.hash in _compiled:
        return
    _compiled.add(compiled.hash)
    shape = {"kernel": kernel.fn.__name__, "channels": given["CHANNELS"]}
    print(json.dumps({**shape, **_resources(compiled.asm["cubin"]), "shared": compiled.metadata.shared}), flush=True)


def _type_of(name: str, argument: Tensor | int) -> str:
    if isinstance(argument, Tensor):
        return _TYPES[argument.dtype]
    return "constexpr" if name.isupper() else "i32"


def _resources(cubin: bytes) -> dict[str, int]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "kernel.cubin"
        file.write_bytes(cubin)
        command = [str(_READER), "--dump-resource-usage", str(file)]
        printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"REG:(\d+) STACK:(\d+)", printed)
    if found is None:
        raise RuntimeError(f"cuobjdump did not print registers: {printed}")
    return {"registers": int(found[1]), "spilled": int(found[2])}


def _compile_instead(kernel: Any, _grid: tuple[int, ...]) -> Callable[..., None]:
    return partial(_compile, kernel)


def _run_step(channels: int, batch: int, lanes: int, *, tf32: bool) -> None:
    """The layers of a network of one cell a stage, forward and backward, on tensors without memory."""
    table = OperationTable(lanes, torch.device("meta"))

    def layer(images: Tensor, stride: int = 1, *, rectified: bool = True) -> Tensor:
        weights, norms = _tensor(lanes, 9 * images.shape[-1], channels), _tensor(lanes, 2, channels)
        return convolve_and_normalise_by_kernels(images, weights, norms, stride, rectified=rectified, tf32=tf32)

    images = layer(_tensor(lanes, batch, 32, 32, 3), rectified=False)
    for stage in range(3):
        if stage:
            channels *= 2
            images = layer(layer(images, 2))
        weights, norms = _tensor(lanes, EDGES, 9 * channels, channels), _tensor(lanes, EDGES, 2, channels)
        images = compute_cell_by_kernels(images, weights, norms, table, tf32=tf32)
    normalise_by_kernels(images, _tensor(lanes, 2, channels)).sum().backward()


def _tensor(*shape: int) -> Tensor:
    return torch.empty(shape, device="meta", requires_grad=True)


if __name__ == "__main__":
    triton.JITFunction.__getitem__ = _compile_instead
    _run_step(*map(int, sys.argv[1:4]), tf32=sys.argv[4] == "tf32")
