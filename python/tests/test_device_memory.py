"""One copy of a batch for each device: who makes it, who maps it, and what follows from the death of its owner."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from rminas_sidecar.engines.device_copies import Placement
from rminas_sidecar.engines.devices import find_shared_device
from rminas_sidecar.engines.preparation import Part, Preparable
from rminas_sidecar.engines.shared_memory import make_shared_memory
from rminas_sidecar.ipc import device_memory
from rminas_sidecar.ipc.device_memory import CudaIpc, decode, encode, open_shared, share
from rminas_sidecar.protocol import Body
from support.evaluations import evaluate_body, prepare_body, score
from support.worker_memory import PLUGIN, WorkerMemory, copies

ENDLESS = "ef" * 32
TENSORS = 5
"""Images, labels and the teacher's features of three stages."""

linux = pytest.mark.skipif(make_shared_memory() is None, reason="this system has no memory files")

# --- real workers: the plugin gives them memory that goes with its process, and makes `cpu,cpu` two devices


@linux
def test_workers_of_a_device_share_one_copy_as_long_as_its_owner_lives(
    launcher: Any, wait_for_end: Callable[[int], None]
) -> None:
    alone = launcher.start_fork("--workers", "1")
    alone.receive("hello")
    alone.ask("prepare", prepare_body())
    expected = {seed: score(alone.ask("evaluate", evaluate_body(seed))) for seed in range(8)}

    sidecar = launcher.start_fork("--workers", "4", "--device", "cpu,cpu", "--plugin", str(PLUGIN))
    sidecar.receive("hello")
    assert sidecar.ask("prepare", prepare_body())["type"] == "prepared"
    first, second, third, fourth = sidecar.workers()
    here, there = copies(first), copies(second)
    assert [copies(third), copies(fourth)] == [here, there]
    assert [len(here), len(there), len(here & there)] == [TENSORS, TENSORS, 0]
    asked = {sidecar.send("evaluate", evaluate_body(seed)): seed for seed in expected}
    replies = [sidecar.receive("evaluated", "error") for _ in asked]
    assert {asked[reply["id"]]: score(reply) for reply in replies} == expected

    # The worker that borrows from a dead one is replaced too. The new ones make one copy, and the other device goes on.
    os.kill(first, signal.SIGKILL)
    wait_for_end(third)
    assert sidecar.ask("prepare", prepare_body())["type"] == "prepared"
    kept, new = sidecar.workers()[:2], sidecar.workers()[2:]
    assert (kept, [copies(pid) for pid in kept]) == ([second, fourth], [there, there])
    assert copies(new[0]) == copies(new[1])
    assert (len(copies(new[0])), copies(new[0]) & (here | there)) == (TENSORS, set())

    # All four compute. The death fails one evaluation; the one of the borrower is given out again.
    assert sidecar.ask("prepare", prepare_body(steps=1_000_000, digest=ENDLESS))["type"] == "prepared"
    endless = [sidecar.send("evaluate", evaluate_body(digest=ENDLESS)) for _ in range(4)]
    sidecar.ask("query-benchmark", {"index": "/nowhere.sqlite", "architecture": 0})
    os.kill(second, signal.SIGKILL)
    failed = sidecar.receive("error", "evaluated")
    assert (failed["id"] in endless, failed["body"]["code"]) == (True, "worker-died")
    wait_for_end(fourth)
    sidecar.send("evaluate", evaluate_body())
    assert score(sidecar.receive("error", "evaluated")) == expected[5]
    assert sidecar.workers()[:2] == new


@linux
def test_a_worker_that_cannot_map_a_copy_makes_one_of_its_own(launcher: Any, tmp_path: Path) -> None:
    blind = tmp_path / "blind.py"
    blind.write_text(
        "from rminas_sidecar.ipc.device_memory import TRANSPORTS\n"
        "def fail(*_): raise RuntimeError('no IPC here')\n"
        "TRANSPORTS['cpu'].open = fail\n"
    )
    sidecar = launcher.start_fork("--workers", "2", "--plugin", str(PLUGIN), "--plugin", str(blind))
    sidecar.receive("hello")
    assert sidecar.ask("prepare", prepare_body())["type"] == "prepared"
    first, second = sidecar.workers()
    assert (len(copies(first)), len(copies(second)), copies(first) & copies(second)) == (TENSORS, TENSORS, set())
    # Nothing that the other one uses goes with a worker.
    os.kill(first, signal.SIGKILL)
    assert "a new one replaces it" in sidecar.receive("log")["body"]["text"]
    assert sidecar.ask("prepare", prepare_body())["type"] == "prepared"
    assert second in sidecar.workers()


# --- the order of the workers


class Workers:
    """Workers of one preparation, each on a device."""

    def __init__(self, devices: str) -> None:
        self.preparable = Preparable({"digest": "d"}, None)
        self.placements = [Placement(worker, device) for worker, device in enumerate(devices.split())]
        self.answers: list[str] = []

    def part(self, worker: int) -> Part:
        return self.preparable.part(self.placements[worker], lambda kind, _: self.answers.append(kind), print)

    def take(self, worker: int) -> Body | None:
        return self.part(worker).message()

    def answer(self, worker: int, owner: int | None, handles: object) -> None:
        self.part(worker).reply("prepared", {"copy": {"owner": owner, "handles": handles}})


def test_the_others_of_a_device_wait_for_the_first_and_get_its_handles() -> None:
    workers = Workers("a b a")
    assert [(workers.take(worker) or {"copy": "waits"})["copy"] for worker in range(3)] == [None, None, "waits"]
    workers.answer(1, None, "of b")
    assert workers.take(2) is None
    workers.answer(0, None, "of a")
    assert workers.take(2) == {"request": {"digest": "d"}, "memory": None, "copy": {"owner": 0, "handles": "of a"}}
    # The worker needs the owner before it has answered, and no longer if it could not map the copy.
    assert [placement.needs(0) for placement in workers.placements] == [False, False, True]
    workers.answer(2, 0, None)
    assert workers.placements[2].needs(0)
    workers.answer(2, None, None)
    assert not workers.placements[2].needs(0)


def test_a_failed_or_dead_owner_leaves_its_device_to_the_next() -> None:
    workers = Workers("a a a")
    workers.take(0)
    workers.part(0).reply("error", {})
    assert [(workers.take(1) or {})["copy"], workers.take(2)] == [None, None]
    workers.answer(1, None, "of 1")
    workers.preparable.copies.forget(2)
    assert (workers.take(2) or {})["copy"] == {"owner": 1, "handles": "of 1"}
    workers.preparable.copies.forget(1)
    assert [(workers.take(2) or {})["copy"], workers.take(1)] == [None, None]


def test_a_cpu_shares_no_memory_of_its_own_and_stands_for_several_devices_in_a_rehearsal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cpu = torch.device("cpu")
    assert find_shared_device(cpu, "cpu,cuda:0", 0) is None
    monkeypatch.setitem(device_memory.TRANSPORTS, "cpu", WorkerMemory())
    assert [find_shared_device(cpu, "cpu,cpu", worker) for worker in range(3)] == ["cpu 0", "cpu 1", "cpu 0"]


# --- handles

PARTS = [b"\x00handle" + bytes(58), 2048, 512, b"/torch_1_2", 3, b"event" + bytes(59), True]
"""What PyTorch returns for a storage on CUDA, behind the device."""


def test_a_handle_of_cuda_is_json_and_the_same_again() -> None:
    handle = encode(PARTS)
    assert {type(value) for value in handle.values()} == {str, int, bool}
    assert decode(handle) == PARTS


@pytest.mark.parametrize(
    "change",
    [{"size": "2048"}, {"size": True}, {"memory": 1}, {"memory": "€"}, {"waits": 1}, {"more": 1}],
    ids=["text", "bool", "number", "base64", "flag", "name"],
)
def test_another_handle_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"memory handle|ASCII|base64"):
        decode({**encode(PARTS), **change})


@linux
def test_a_tensor_keeps_its_type_and_layout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(device_memory.TRANSPORTS, "cpu", WorkerMemory())
    images = torch.arange(2 * 3 * 4 * 4, dtype=torch.float32).reshape(2, 3, 4, 4)
    tensors = [images.contiguous(memory_format=torch.channels_last), torch.tensor([5, 7])[1:]]
    handles = share(tensors)
    assert handles is not None
    opened = open_shared(handles, torch.device("cpu"))
    assert opened is not None
    for tensor, other in zip(tensors, opened, strict=True):
        assert torch.equal(tensor, other)
        assert (tensor.dtype, tensor.stride()) == (other.dtype, other.stride())
        assert tensor.data_ptr() != other.data_ptr()
    tensors[1].fill_(8)
    assert opened[1].tolist() == [8]
    handles[1]["shape"] = [1000]
    assert open_shared(handles, torch.device("cpu")) is None
    handles[1]["dtype"] = "load"
    with pytest.raises(ValueError, match="'load'"):
        open_shared(handles, torch.device("cpu"))


def test_without_cuda_its_memory_cannot_be_shared_or_opened() -> None:
    if torch.cuda.is_available():
        pytest.skip("torch finds a CUDA device")
    with pytest.raises(RuntimeError, match="CUDA"):
        CudaIpc().open(encode(PARTS), torch.device("cuda:0"))
    assert share([torch.ones(1)]) is None
