"""A retraining in a real sidecar: its progress, its answer, and the death of the worker that does it."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Build = Callable[..., dict[str, Any]]


@pytest.fixture
def sidecar(launcher: Any) -> Any:
    started = launcher.start_fork("--workers", "1")
    started.receive("hello")
    return started


def _request(body: dict[str, Any], checkpoint: Path) -> dict[str, Any]:
    return {"retraining": body, "seed": 3, "dataset": None, "checkpoint": str(checkpoint)}


def test_a_worker_that_dies_is_followed_by_one_that_goes_on(sidecar: Any, retraining: Build, tmp_path: Path) -> None:
    body = retraining(recipe={"epochs": 12})
    request = sidecar.send("retrain", _request(body, tmp_path / "c.pt"))
    report = sidecar.receive("progress", "retrained")
    assert report["id"] == request
    while report["body"]["done"] < 3:
        report = sidecar.receive("progress", "retrained")
    assert report["type"] == "progress"
    assert report["body"]["total"] == 12
    os.kill(sidecar.workers()[0], signal.SIGKILL)
    assert sidecar.receive("error", "retrained")["body"]["code"] == "worker-died"
    answer = sidecar.ask("retrain", _request(body, tmp_path / "c.pt"))
    assert answer["type"] == "retrained"
    # The third epoch was over, and perhaps not yet kept.
    assert 2 <= answer["body"]["resumedFrom"] < 12
    assert [epoch["epoch"] for epoch in answer["body"]["epochs"]] == list(range(1, 13))


def test_errors_keep_their_code(sidecar: Any, retraining: Build, tmp_path: Path) -> None:
    checkpoint = tmp_path / "half.pt"
    checkpoint.write_bytes(b"")
    wrong = _request(retraining(genotype="|conv~0|"), tmp_path / "c.pt")
    for body, code in ((_request(retraining(), checkpoint), "corrupt-file"), (wrong, "invalid-genotype")):
        reply = sidecar.ask("retrain", body)
        assert (reply["type"], reply["body"]["code"], reply["body"]["traceback"]) == ("error", code, None)
    invalid = sidecar.ask("retrain", _request(retraining(recipe={"epochs": 0}), tmp_path / "c.pt"))
    assert (invalid["type"], invalid["body"]["code"]) == ("error", "invalid-message")
    assert "epochs" in invalid["body"]["message"]
