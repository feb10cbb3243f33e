"""A plugin: on a CPU, workers share memory that goes with the process that shared it, as memory of CUDA does.

With it `cpu,cpu` stands for two devices. The descriptors stay open as long as the process.
"""

import os
import re
from pathlib import Path
from typing import Any

import torch

from rminas_sidecar.ipc.device_memory import TRANSPORTS

PLUGIN = Path(__file__)


class WorkerMemory:
    """Implements `rminas_sidecar.ipc.device_memory.Transport`."""

    def __init__(self) -> None:
        self._shared: list[torch.UntypedStorage] = []

    def share(self, storage: torch.UntypedStorage) -> dict[str, Any]:
        descriptor, size = storage._share_fd_cpu_()
        self._shared.append(storage)
        return {"path": f"/proc/{os.getpid()}/fd/{os.dup(descriptor)}", "size": size}

    def open(self, handle: dict[str, Any], device: torch.device) -> torch.UntypedStorage:
        try:
            descriptor = os.open(handle["path"], os.O_RDWR)
        except OSError as error:
            raise RuntimeError("the other process has ended") from error
        return torch.UntypedStorage._new_shared_fd_cpu(descriptor, handle["size"])


def copies(pid: int) -> set[str]:
    """The shared tensors that a process maps, each as `torch_`, the process that shared it, and a number."""
    try:
        return set(re.findall(r"/(torch_\d\S+)", Path(f"/proc/{pid}/maps").read_text()))
    except OSError:
        return set()


# A test that imports the class keeps its own CPU as it is.
if __name__ != "support.worker_memory":
    TRANSPORTS["cpu"] = WorkerMemory()
