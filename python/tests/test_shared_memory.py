"""What is prepared once for all workers, and for those that take the place of one that died."""

import os
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest
import torch

from rminas_sidecar.engines.devices import choose_device
from rminas_sidecar.engines.shared_memory import make_shared_memory
from rminas_sidecar.evaluation.arithmetic import Arithmetic
from rminas_sidecar.evaluation.prepared_batch import PreparedBatch
from rminas_sidecar.evaluation.session import Session
from rminas_sidecar.specification import Assets, Specification
from support.evaluations import GENOTYPE, evaluate_body, prepare_body, score
from support.tiny_data import write_dataset, write_teacher

pytestmark = pytest.mark.skipif(make_shared_memory() is None, reason="this system has no memory files")


def mapped(pid: int) -> bool:
    return "memfd:rminas" in Path(f"/proc/{pid}/maps").read_text()


def memories(pid: int) -> int:
    """How many a process has open."""
    links = [str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()]
    return sum("memfd:rminas" in link for link in links)


def test_each_worker_copies_the_batch_and_the_teachers_features_to_its_own_device() -> None:
    memory = make_shared_memory()
    assert memory is not None
    body = prepare_body()
    spec, assets = Specification.from_dict(body["specification"]), Assets.from_dict(body["assets"])
    # The device meta computes nothing, and every machine has it. It stands for a second GPU.
    batches = [
        PreparedBatch.shared(spec, assets, Arithmetic(spec, choose_device("cpu,meta", worker)), Path(memory.path))
        for worker in range(2)
    ]
    tensors = [[batch.images, batch.labels, *batch.reference] for batch in batches]
    assert [{str(tensor.device) for tensor in of} for of in tensors] == [{"cpu"}, {"meta"}]
    assert [of[0].shape for of in tensors] == [batches[0].images.shape] * 2
    assert batches[0].report == batches[1].report


@pytest.mark.parametrize("arithmetic", ["plain", "fast"])
def test_a_session_from_memory_answers_the_same(arithmetic: str) -> None:
    torch.set_num_threads(1)
    memory = make_shared_memory()
    assert memory is not None
    body = prepare_body(arithmetic=arithmetic)
    request = body["specification"], body["assets"], "cpu"
    alone = Session.prepare(*request)
    sessions = [Session.prepare(*request, Path(memory.path)) for _ in range(2)]
    assert memory.filled
    # Without its files nothing but the memory is left to prepare from.
    nowhere = {"dataset": "/nowhere", "teacher": "/nowhere.pt"}
    sessions.append(Session.prepare(body["specification"], nowhere, "cpu", Path(memory.path)))
    expected = score({"type": "evaluated", "body": alone.evaluate(GENOTYPE, 5)})
    for session in sessions:
        assert session.report() == alone.report()
        assert score({"type": "evaluated", "body": session.evaluate(GENOTYPE, 5)}) == expected


@pytest.mark.parametrize("memory", ["/dev/full", "/nowhere"])
def test_memory_that_cannot_be_used_is_done_without(memory: str) -> None:
    body = prepare_body()
    session = Session.prepare(body["specification"], body["assets"], "cpu", Path(memory))
    assert session.evaluate(GENOTYPE, 5)["steps"] == 3


def test_sealed_memory_cannot_be_changed_and_goes_with_its_object() -> None:
    memory = make_shared_memory()
    assert memory is not None
    path = Path(memory.path)
    path.write_bytes(b"12345")
    memory.seal()
    for change in ("r+b", "wb", "ab"):
        with pytest.raises(PermissionError), path.open(change, buffering=0) as file:
            file.write(b"1")
    assert path.read_bytes() == b"12345"
    before = memories(os.getpid())
    del memory
    assert memories(os.getpid()) == before - 1


def test_workers_have_one_memory(launcher: Any) -> None:
    sidecar = launcher.start_fork("--workers", "2")
    sidecar.receive("hello")
    for _ in range(2):
        assert sidecar.ask("prepare", prepare_body())["type"] == "prepared"
    assert memories(sidecar.pid) == 1
    assert [mapped(pid) for pid in sidecar.workers()] == [True, True]


def test_a_preparation_that_fails_leaves_none(launcher: Any) -> None:
    sidecar = launcher.start_fork("--workers", "1")
    sidecar.receive("hello")
    refused = {**prepare_body(), "assets": {"dataset": None, "teacher": "/none.pt"}}
    assert sidecar.ask("prepare", refused)["type"] == "error"
    # By the next answer it has done with the last one.
    sidecar.ask("query-benchmark", {"index": "/nowhere.sqlite", "architecture": 0})
    assert memories(sidecar.pid) == 0
    assert sidecar.ask("prepare", prepare_body())["type"] == "prepared"
    assert memories(sidecar.pid) == 1


def test_a_new_worker_needs_the_files_no_more(launcher: Any, tmp_path: Path) -> None:
    dataset, teacher = write_dataset("cifar10", tmp_path), tmp_path / "resnet20.th"
    write_teacher("resnet20", teacher)
    body = prepare_body(
        dataset="cifar10",
        network={"channels": 2, "cells": 1, "classes": 10, "resolution": 32},
        teacher={"architecture": "resnet20", "mode": "eval"},
    )
    body["assets"] = {"dataset": str(dataset), "teacher": str(teacher)}
    sidecar = launcher.start_fork("--workers", "2")
    sidecar.receive("hello")
    assert sidecar.ask("prepare", body)["type"] == "prepared"
    before = score(sidecar.ask("evaluate", evaluate_body()))
    shutil.rmtree(tmp_path)
    for worker in sidecar.workers():
        os.kill(worker, signal.SIGKILL)
        assert "a new one replaces it" in sidecar.receive("log")["body"]["text"]
    assert score(sidecar.ask("evaluate", evaluate_body())) == before
