"""Tensors that several processes of one device share, by handles that travel between the processes.

A handle is JSON with names, numbers and base64, and reading it runs no code. The memory belongs to the process that
shared it, and goes with that process.
"""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import Any, Protocol

import torch
from torch import Tensor

Handle = dict[str, Any]
"""JSON."""


class Transport(Protocol):
    """How processes share the memory of one type of device."""

    def share(self, storage: torch.UntypedStorage) -> Handle:
        """Makes memory available as long as this process lives.

        Raises:
            RuntimeError: the system cannot do so.
        """

    def open(self, handle: Handle, device: torch.device) -> torch.UntypedStorage:
        """Maps the memory of another process.

        Raises:
            RuntimeError: the system cannot do so, or the other process has ended.
        """


class CudaIpc:
    """CUDA's memory handles, as `torch.multiprocessing` uses them."""

    def __init__(self) -> None:
        self._shared: list[torch.UntypedStorage] = []

    def share(self, storage: torch.UntypedStorage) -> Handle:
        """See :class:`Transport`."""
        # Others may read at once, from any stream.
        torch.cuda.synchronize(storage.device)
        _, *parts = storage._share_cuda_()  # type: ignore[no-untyped-call]
        # PyTorch would free it after the first process that closes it.
        self._shared.append(storage)
        return encode(parts)

    def open(self, handle: Handle, device: torch.device) -> torch.UntypedStorage:
        """See :class:`Transport`."""
        opened: torch.UntypedStorage = torch.UntypedStorage._new_shared_cuda(device.index or 0, *decode(handle))
        return opened


TRANSPORTS: dict[str, Transport] = {"cuda": CudaIpc()}
"""By the type of a device. On other devices each process has tensors of its own."""

_PARTS = {
    "memory": bytes,
    "size": int,
    "offset": int,
    "counter": bytes,
    "counterOffset": int,
    "event": bytes,
    "waits": bool,
}
"""The results of PyTorch's `_share_cuda_` behind the device, in their order."""


def encode(parts: Sequence[Any]) -> Handle:
    """The results of `_share_cuda_`, without the device, as JSON."""
    return {
        name: b64encode(part).decode() if kind is bytes else part
        for (name, kind), part in zip(_PARTS.items(), parts, strict=True)
    }


def decode(handle: Handle) -> list[Any]:
    """The opposite of :func:`encode`.

    Raises:
        ValueError: it is not such a handle.
    """
    if handle.keys() != _PARTS.keys():
        raise ValueError(f"Expected a memory handle with {', '.join(_PARTS)}, got {', '.join(handle)}")
    for name, kind in _PARTS.items():
        if type(handle[name]) is not (str if kind is bytes else kind):
            raise ValueError(f"Expected {kind.__name__} as {name} of a memory handle, got {handle[name]!r}")
    return [b64decode(handle[name], validate=True) if kind is bytes else handle[name] for name, kind in _PARTS.items()]


def share(tensors: Sequence[Tensor]) -> list[Handle] | None:
    """Makes the memory of tensors available to other processes.

    Args:
        tensors: on one device, at least one.

    Returns:
        A handle each; None where the device or the system cannot do so.
    """
    transport = TRANSPORTS.get(tensors[0].device.type)
    if transport is None:
        return None
    try:
        return [
            {
                "dtype": str(tensor.dtype).removeprefix("torch."),
                "shape": list(tensor.shape),
                "stride": list(tensor.stride()),
                "offset": tensor.storage_offset(),
                "storage": transport.share(tensor.untyped_storage()),
            }
            for tensor in tensors
        ]
    except RuntimeError:
        return None


def open_shared(handles: Sequence[Handle], device: torch.device) -> list[Tensor] | None:
    """The tensors of another process of this device, which must not be written to.

    Returns:
        None where the system cannot map them, or the other process has ended.

    Raises:
        ValueError: a handle is malformed.
    """
    try:
        return [_open(handle, device) for handle in handles]
    except RuntimeError:
        return None


def _open(handle: Handle, device: torch.device) -> Tensor:
    dtype = getattr(torch, handle["dtype"], None)
    if not isinstance(dtype, torch.dtype):
        raise ValueError(f"Expected a type of PyTorch in a handle, got {handle['dtype']!r}")
    storage = TRANSPORTS[device.type].open(handle["storage"], device)
    # PyTorch refuses a view that is larger than its memory.
    return torch.empty(0, dtype=dtype, device=device).set_(storage, handle["offset"], handle["shape"], handle["stride"])
