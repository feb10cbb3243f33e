"""The device of each worker, and the kind of arithmetic that it computes with."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

FORM = "auto, cpu, cuda, cuda:N, or several of them, separated by commas"
"""What a list of devices may be, for messages."""

_LIST = re.compile(r"auto|(cpu|cuda(:\d+)?)(,(cpu|cuda(:\d+)?))*")


def is_device_list(text: str) -> bool:
    """Whether a text names devices, e.g. `cuda:0,cuda:1`."""
    return _LIST.fullmatch(text) is not None


def choose_device(names: str, worker: int) -> "torch.device":
    """The device of a worker. Workers take the devices in turn.

    Args:
        names: `auto`, or a list such as `cpu,cuda:0`. `cuda` stands for all GPUs that PyTorch sees. `auto` does so too,
            and stands for the CPU where there is no GPU.
        worker: number of the worker, from 0.

    Raises:
        RuntimeError: torch's, when the device cannot be used.
    """
    import torch

    devices = expand(names, torch.cuda.device_count() if torch.cuda.is_available() else 0)
    device = torch.device(devices[worker % len(devices)])
    # The first tensor shows whether the device works, and starts CUDA before the first request.
    torch.zeros(1, device=device)
    return device


def find_shared_device(device: "torch.device", names: str, worker: int) -> str | None:
    """A device whose memory its workers share: the UUID of a GPU. None where each worker has memory of its own.

    Each `cpu` of a list is a device of its own, as in a rehearsal of several GPUs.

    Args:
        device: of the worker.
        names: as in :func:`choose_device`.
        worker: number of the worker, from 0.
    """
    from rminas_sidecar.ipc.device_memory import TRANSPORTS

    if device.type not in TRANSPORTS:
        return None
    if device.type == "cuda":
        import torch

        return str(torch.cuda.get_device_properties(device).uuid)
    return f"{device} {worker % len(names.split(','))}"


def expand(names: str, gpus: int) -> list[str]:
    """The devices of a list, each by its own name.

    Args:
        names: as in :func:`choose_device`.
        gpus: number of GPUs that PyTorch sees.
    """
    if names == "auto":
        names = "cuda" if gpus > 0 else "cpu"
    # Without a GPU, PyTorch says why there is none when `cuda` is used.
    every = [f"cuda:{number}" for number in range(gpus)] or ["cuda"]
    return [device for name in names.split(",") for device in (every if name == "cuda" else [name])]


def name_of(device: "torch.device", lanes: int = 1) -> str:
    """The name of a device for people, e.g. `cuda:0 (NVIDIA H100)`.

    Args:
        device: of a worker.
        lanes: how many architectures it trains at a time.
    """
    import torch

    if device.type != "cuda":
        return str(device)
    return f"{device} ({torch.cuda.get_device_name(device)}{_stacks(device, lanes)})"


def kind_of(device: "torch.device", lanes: int = 1) -> str:
    """The kind of arithmetic on a device, e.g. `cpu, torch 2.9.1+cpu`: scores of two kinds differ by rounding.

    A CPU without a C compiler is another kind: torch's functions stand in for those in C there.

    Args:
        device: of a worker.
        lanes: how many architectures it trains at a time.
    """
    import torch

    from rminas_sidecar.kernels.compiler import find_c_compiler

    replaced = ", without a C compiler" if device.type == "cpu" and find_c_compiler() is None else ""
    return f"{device.type}, torch {torch.__version__}{_stacks(device, lanes)}{replaced}"


def _stacks(device: "torch.device", lanes: int) -> str:
    # cuBLAS chooses its order of summation by the number of products. On a CPU the lanes do not change it.
    return f", stacks of {lanes}" if device.type == "cuda" and lanes > 1 else ""


def summarise(names: Iterable[str]) -> str:
    """The different names, in their order."""
    return ", ".join(dict.fromkeys(names))
