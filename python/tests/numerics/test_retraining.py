"""Whole retrainings on real digits: what they come to, and that an interruption changes not a bit of it."""

import io
import json
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import rminas_sidecar
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.evaluation.retraining import retrain
from rminas_sidecar.evaluation.retraining.images import read_images, training_batches
from rminas_sidecar.evaluation.retraining.recipe import Retraining
from rminas_sidecar.networks.nas_bench_201 import NasBench201Network

Build = Callable[..., dict[str, Any]]
CPU = torch.device("cpu")


class _Interrupted(Exception):
    """Stands for whatever ends a training."""


def _quiet(_done: float, _total: float, _note: str) -> None:
    return


def _request(body: dict[str, Any], checkpoint: Path, seed: int = 1) -> dict[str, Any]:
    return {"retraining": body, "seed": seed, "dataset": None, "checkpoint": str(checkpoint)}


def _essence(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer without what tells of time and interruptions."""
    epochs = [{key: value for key, value in epoch.items() if key != "seconds"} for epoch in answer["epochs"]]
    return {**answer, "epochs": epochs, "resumedFrom": None}


def _tensors(value: object) -> Iterator[Tensor]:
    """All tensors of a checkpoint, in order."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _tensors(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _tensors(item)


def _bits(checkpoint: Path) -> list[bytes]:
    """The bytes of every tensor, weights, running statistics and momentum."""
    content = torch.load(checkpoint, weights_only=True)
    found = [tensor.numpy().tobytes() for tensor in _tensors(content)]
    assert len(found) > 2 * len(list(_tensors(content["optimizer"])))
    return found


@pytest.fixture
def both(request: pytest.FixtureRequest, retraining: Build, darts: Build) -> dict[str, Any]:
    """The retraining of one of the two spaces, by parameter."""
    if request.param == "darts":
        return retraining(**darts(batchSize=512))
    return retraining()


SPACES = pytest.mark.parametrize("both", ["nas-bench-201", "darts"], indirect=True)


def test_it_learns(retraining: Build, tmp_path: Path) -> None:
    body = retraining(network={"channels": 4}, recipe={"epochs": 8, "batchSize": 64, "measureEvery": 3})
    answer = retrain(_request(body, tmp_path / "c.pt"), CPU, _quiet)
    losses = [epoch["loss"] for epoch in answer["epochs"]]
    assert losses[-1] < 0.3 * losses[0]
    measured = [epoch["epoch"] for epoch in answer["epochs"] if epoch["accuracy"] is not None]
    assert measured == [3, 6, 8]
    assert answer["epochs"][-1]["accuracy"] > 0.9
    assert 0.99 < answer["epochs"][-1]["top5"] <= 1
    assert (answer["trainImages"], answer["testImages"], answer["notes"]) == (1437, 360, [])
    assert answer["resumedFrom"] == 0
    assert answer["epochs"][0]["learningRate"] == 0.1


def test_against_a_plain_loop(retraining: Build, tmp_path: Path) -> None:
    """The updates are those of torch's SGD on the batches, with the gradient clipped as torch does."""
    recipe = {"epochs": 2, "labelSmoothing": 0.1, "optimizer": {**_sgd(), "gradientNorm": 0.5}}
    body = retraining(recipe={**retraining()["recipe"], **recipe})
    retrain(_request(body, tmp_path / "c.pt", seed=7), CPU, _quiet)
    plan = Retraining.from_dict(body, 7)
    torch.manual_seed(7)
    network = NasBench201Network(body["genotype"], 2, 1, 10)
    sgd = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9, nesterov=True, weight_decay=5e-4)
    for epoch, rate in enumerate((0.1, 0.05)):
        sgd.param_groups[0]["lr"] = rate
        for images, labels in training_batches(read_images(plan, None), plan, epoch):
            sgd.zero_grad()
            functional.cross_entropy(network(images)[1], labels, label_smoothing=0.1).backward()
            nn.utils.clip_grad_norm_(network.parameters(), 0.5)
            sgd.step()
    trained = torch.load(tmp_path / "c.pt", weights_only=True)["state_dict"]
    for name, value in network.state_dict().items():
        torch.testing.assert_close(trained[name], value, rtol=1e-5, atol=1e-6)


def _sgd() -> dict[str, Any]:
    return {"learningRate": 0.1, "momentum": 0.9, "dampening": 0, "nesterov": True, "weightDecay": 0.0005}


@SPACES
def test_interrupted_at_any_update_it_ends_as_uninterrupted(both: dict[str, Any], tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole.pt", tmp_path / "parts.pt"
    torch.manual_seed(1)
    expected = _essence(retrain(_request(both, whole), CPU, _quiet))
    epochs = both["recipe"]["epochs"]
    # In the first update of all, within an epoch, in its last update, and in the last epoch: its first and its last.
    for number, stop in enumerate((0.01, 0.6, 1.0, epochs - 0.9, epochs)):
        torch.manual_seed(100 + number)

        def stop_there(done: float, _total: float, _note: str, stop: float = stop) -> None:
            if done >= stop:
                raise _Interrupted

        with pytest.raises(_Interrupted):
            retrain(_request(both, parts), CPU, stop_there)
    answer = retrain(_request(both, parts), CPU, _quiet)
    assert answer["resumedFrom"] == epochs - 1
    assert _essence(answer) == expected
    assert _bits(parts) == _bits(whole)
    again = retrain(_request(both, parts), CPU, _quiet)
    assert again["resumedFrom"] == epochs
    assert _essence(again) == expected


@pytest.mark.parametrize("both", ["darts"], indirect=True)
def test_killed_it_ends_as_uninterrupted(both: dict[str, Any], tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole.pt", tmp_path / "parts.pt"
    expected = _essence(retrain(_request(both, whole), CPU, _quiet))
    program = """
import json, sys, torch
from rminas_sidecar.evaluation.retraining import retrain
torch.set_num_threads(1)

def report(done, *_):
    print(done, flush=True)
    sys.stdin.readline()

retrain(json.loads(sys.stdin.readline()), torch.device("cpu"), report)
"""
    for epochs in (0.5, both["recipe"]["epochs"] - 0.5):
        with subprocess.Popen(
            [sys.executable, "-c", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(rminas_sidecar.__file__).parents[1],
        ) as child:
            assert child.stdin is not None and child.stdout is not None
            child.stdin.write(json.dumps(_request(both, parts)) + "\n")
            child.stdin.flush()
            for line in child.stdout:
                if float(line) >= epochs:
                    break
                child.stdin.write("go on\n")
                child.stdin.flush()
            child.kill()
        assert child.returncode == -signal.SIGKILL
    answer = retrain(_request(both, parts), CPU, _quiet)
    assert 0 < answer["resumedFrom"] < both["recipe"]["epochs"]
    assert _essence(answer) == expected
    assert _bits(parts) == _bits(whole)


def test_what_weights_depend_on(retraining: Build, tmp_path: Path) -> None:
    def train(seed: int = 1, **recipe: Any) -> list[bytes]:
        checkpoint = tmp_path / f"{len(list(tmp_path.iterdir()))}.pt"
        retrain(_request(retraining(recipe={"epochs": 1, **recipe}), checkpoint, seed), CPU, _quiet)
        return _bits(checkpoint)

    first = train()
    torch.manual_seed(99)
    assert train() == first
    assert train(measureEvery=5) == first
    for changed in (train(seed=2), train(cutout=0), train(batchSize=128), train(labelSmoothing=0.1)):
        assert changed != first


def test_progress_leads_through_the_epochs(retraining: Build, tmp_path: Path) -> None:
    reports: list[tuple[float, float, str]] = []
    body = retraining(recipe={"epochs": 2})
    retrain(_request(body, tmp_path / "c.pt"), CPU, lambda *report: reports.append(report))
    done = [report[0] for report in reports]
    assert done == sorted(done)
    assert len(done) == 2 * 6 + 1
    assert done[5] == 1
    assert reports[-1][:2] == (2, 2)
    assert reports[0][2] == "first epoch"
    assert "loss" in reports[6][2] and "test accuracy" in reports[6][2]


def test_a_draft_that_was_being_written_is_passed_over_and_removed(retraining: Build, tmp_path: Path) -> None:
    body = retraining(recipe={"epochs": 2})
    checkpoint = tmp_path / "c.pt"
    whole = retrain(_request(body, tmp_path / "whole.pt"), CPU, _quiet)
    with pytest.raises(_Interrupted):
        retrain(_request(body, checkpoint), CPU, _raise_in_second_epoch)
    draft = tmp_path / f".{checkpoint.name}.draft-1"
    draft.write_bytes(checkpoint.read_bytes()[:100])
    assert _essence(retrain(_request(body, checkpoint), CPU, _quiet)) == _essence(whole)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c.pt", "whole.pt"]


def _raise_in_second_epoch(done: float, _total: float, _note: str) -> None:
    if done > 1:
        raise _Interrupted


class _Malicious:
    def __reduce__(self) -> tuple[Callable[..., object], tuple[str]]:
        return os.system, ("echo harm",)


def _bytes_of(value: object) -> bytes:
    buffer = io.BytesIO()
    torch.save(value, buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "code", "text"),
    [
        (b"", "corrupt-file", "not a whole checkpoint"),
        (_bytes_of({"version": 1})[:-40], "corrupt-file", "not a whole checkpoint"),
        (pickle.dumps([1, 2, 3]), "refused-file", "not a checkpoint of weights"),
        (_bytes_of(_Malicious()), "refused-file", "was not run"),
        (_bytes_of({"state_dict": {}}), "refused-file", "no checkpoint of a retraining"),
        (_bytes_of([1, 2]), "refused-file", "no checkpoint of a retraining"),
    ],
)
def test_files_that_are_no_checkpoint(
    retraining: Build, tmp_path: Path, content: bytes, code: str, text: str, capfd: pytest.CaptureFixture[str]
) -> None:
    checkpoint = tmp_path / "c.pt"
    checkpoint.write_bytes(content)
    with pytest.raises(SidecarError, match=text) as error:
        retrain(_request(retraining(), checkpoint), CPU, _quiet)
    assert error.value.code == code
    assert str(checkpoint) in error.value.message
    assert error.value.next_steps
    assert checkpoint.read_bytes() == content
    assert "harm" not in capfd.readouterr().out


@pytest.mark.parametrize(
    "changes", [{"recipe": {"epochs": 5}}, {"network": {"channels": 3}}, {"recipe": {"cutout": 0}}, {"seed": 2}]
)
def test_the_checkpoint_of_another_training_is_refused(
    retraining: Build, tmp_path: Path, changes: dict[str, Any]
) -> None:
    checkpoint = tmp_path / "c.pt"
    with pytest.raises(_Interrupted):
        retrain(_request(retraining(), checkpoint), CPU, _raise_in_second_epoch)
    seed = changes.pop("seed", 1)
    with pytest.raises(SidecarError, match="another network, recipe or seed") as error:
        retrain(_request(retraining(**changes), checkpoint, seed), CPU, _quiet)
    assert error.value.code == "refused-file"


def test_a_loss_that_is_not_finite_ends_the_training(retraining: Build, tmp_path: Path) -> None:
    body = retraining(recipe={"optimizer": {**_sgd(), "learningRate": 1e30}})
    with pytest.raises(SidecarError, match=r"epoch 1 of seed 1, at learning rate 1e\+30") as error:
        retrain(_request(body, tmp_path / "c.pt"), CPU, _quiet)
    assert error.value.code == "diverged"
    assert not (tmp_path / "c.pt").exists()


@pytest.mark.parametrize(
    ("changes", "code", "text"),
    [
        ({"genotype": "|none~0|"}, "invalid-genotype", "Not a NAS-Bench-201 genotype"),
        ({"space": "darts"}, "invalid-genotype", "Not a DARTS genotype"),
        ({"network": {"classes": 100}}, "unsuitable-data", "digits has 10 classes"),
        ({"network": {"resolution": 32}}, "unsuitable-data", "8 pixels a side, not 32"),
        ({"dataset": "cifar10", "network": {"resolution": 32}}, "missing-file", "no folder was named"),
    ],
)
def test_what_cannot_be_trained(
    retraining: Build, tmp_path: Path, changes: dict[str, Any], code: str, text: str
) -> None:
    with pytest.raises(SidecarError, match=text) as error:
        retrain(_request(retraining(**changes), tmp_path / "c.pt"), CPU, _quiet)
    assert error.value.code == code
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_gone_is_an_error_to_act_on(retraining: Build, tmp_path: Path) -> None:
    with pytest.raises(SidecarError, match="is gone") as error:
        retrain(_request(retraining(), tmp_path / "gone" / "c.pt"), CPU, _quiet)
    assert error.value.code == "unwritable"
