"""An interruption changes not a bit of a retraining, and no other file is taken for its checkpoint."""

import io
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.retraining.retrain import retrain
from support.killed import train_until
from support.retraining import Interrupted, bits, essence, quiet, request_for
from support.tiny_data import write_cifar100

Build = Callable[..., dict[str, Any]]
CPU = torch.device("cpu")


@pytest.fixture
def both(request: pytest.FixtureRequest, retraining: Build, darts: Build) -> dict[str, Any]:
    """The retraining of one of the two spaces, by parameter."""
    if request.param == "darts":
        return retraining(**darts(batchSize=512))
    if request.param == "all options":
        return retraining(recipe=OPTIONS)
    return retraining()


TEACHER = {"architecture": "digits-resnet", "mode": "eval"}
OPTIONS = {
    "epochs": 3,
    "precision": "bf16",
    "patience": 2,
    "distillation": {"weight": 0.5, "temperature": 4, "teacher": TEACHER},
}
SPACES = pytest.mark.parametrize("both", ["nas-bench-201", "darts", "all options"], indirect=True)


@SPACES
def test_interrupted_at_any_update_it_ends_as_uninterrupted(both: dict[str, Any], tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole.pt", tmp_path / "parts.pt"
    torch.manual_seed(1)
    expected = essence(retrain(request_for(both, whole), CPU, quiet))
    epochs = both["recipe"]["epochs"]
    # In the first update of all, within an epoch, in its last update, and in the last epoch: its first and its last.
    for number, stop in enumerate((0.01, 0.6, 1.0, epochs - 0.9, epochs)):
        torch.manual_seed(100 + number)

        def stop_there(done: float, _total: float, _note: str, stop: float = stop) -> None:
            if done >= stop:
                raise Interrupted

        with pytest.raises(Interrupted):
            retrain(request_for(both, parts), CPU, stop_there)
    answer = retrain(request_for(both, parts), CPU, quiet)
    assert answer["resumedFrom"] == epochs - 1
    assert essence(answer) == expected
    assert bits(parts) == bits(whole)
    again = retrain(request_for(both, parts), CPU, quiet)
    assert again["resumedFrom"] == epochs
    assert essence(again) == expected


@pytest.mark.parametrize("both", ["darts"], indirect=True)
def test_killed_it_ends_as_uninterrupted(both: dict[str, Any], tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole.pt", tmp_path / "parts.pt"
    expected = essence(retrain(request_for(both, whole), CPU, quiet))
    last = both["recipe"]["epochs"] - 0.5
    assert train_until(retrain, request_for(both, parts), lambda _, done: done >= last, waits=True) is None
    answer = retrain(request_for(both, parts), CPU, quiet)
    assert 0 < answer["resumedFrom"] < both["recipe"]["epochs"]
    assert essence(answer) == expected
    assert bits(parts) == bits(whole)


def test_a_draft_that_was_being_written_is_passed_over_and_removed(retraining: Build, tmp_path: Path) -> None:
    body = retraining(recipe={"epochs": 2})
    checkpoint = tmp_path / "c.pt"
    whole = retrain(request_for(body, tmp_path / "whole.pt"), CPU, quiet)
    with pytest.raises(Interrupted):
        retrain(request_for(body, checkpoint), CPU, raise_in_second_epoch)
    draft = tmp_path / f".{checkpoint.name}.draft-1"
    draft.write_bytes(checkpoint.read_bytes()[:100])
    assert essence(retrain(request_for(body, checkpoint), CPU, quiet)) == essence(whole)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c.pt", "whole.pt"]


def raise_in_second_epoch(done: float, _total: float, _note: str) -> None:
    if done > 1:
        raise Interrupted


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
        (b"", "corrupt-file", "an incomplete checkpoint"),
        (_bytes_of({"version": 1})[:-40], "corrupt-file", "an incomplete checkpoint"),
        (pickle.dumps([1, 2, 3]), "refused-file", "not a checkpoint of weights"),
        (_bytes_of(_Malicious()), "refused-file", "was not run"),
        (_bytes_of({"state_dict": {}}), "refused-file", "not a checkpoint of a training"),
        (_bytes_of([1, 2]), "refused-file", "not a checkpoint of a training"),
    ],
)
def test_other_files_are_refused(
    retraining: Build, tmp_path: Path, content: bytes, code: str, text: str, capfd: pytest.CaptureFixture[str]
) -> None:
    checkpoint = tmp_path / "c.pt"
    checkpoint.write_bytes(content)
    with pytest.raises(SidecarError, match=text) as error:
        retrain(request_for(retraining(), checkpoint), CPU, quiet)
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
    with pytest.raises(Interrupted):
        retrain(request_for(retraining(), checkpoint), CPU, raise_in_second_epoch)
    seed = changes.pop("seed", 1)
    with pytest.raises(SidecarError, match="another network, recipe, seed or images") as error:
        retrain(request_for(retraining(**changes), checkpoint, seed), CPU, quiet)
    assert error.value.code == "refused-file"


def test_the_checkpoint_of_other_images_is_refused(retraining: Build, tmp_path: Path) -> None:
    body = retraining(dataset="cifar100", network={"classes": 100, "resolution": 32}, recipe={"epochs": 1})
    folders = [tmp_path / "some", tmp_path / "more"]
    for folder, count in zip(folders, (20, 24), strict=True):
        folder.mkdir()
        write_cifar100(folder, count, 0)
    some, more = ({**request_for(body, tmp_path / "c.pt"), "dataset": str(folder)} for folder in folders)
    first = retrain(some, CPU, quiet)
    assert (first["trainImages"], first["testImages"]) == (20, 10)
    assert retrain(some, CPU, quiet)["resumedFrom"] == 1
    with pytest.raises(SidecarError, match="seed or images"):
        retrain(more, CPU, quiet)


def test_a_folder_that_is_gone_is_an_error_to_act_on(retraining: Build, tmp_path: Path) -> None:
    with pytest.raises(SidecarError, match="does not exist any more") as error:
        retrain(request_for(retraining(), tmp_path / "gone" / "c.pt"), CPU, quiet)
    assert error.value.code == "unwritable"
