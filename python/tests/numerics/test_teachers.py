"""The teachers: how well they know their data, and which checkpoints are refused."""

import io
import json
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from rminas_sidecar.data.datasets import CIFAR10, DIGITS
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.evaluation.accuracy import measure_accuracy
from rminas_sidecar.teachers import load_teacher
from rminas_sidecar.teachers.cifar_resnet import DIGITS_WEIGHTS, CifarResNet

CPU = torch.device("cpu")


def _state() -> dict[str, Tensor]:
    torch.manual_seed(0)
    return CifarResNet(blocks=1, classes=10).state_dict()


def _saved(content: Any, **options: Any) -> bytes:
    stream = io.BytesIO()
    torch.save(content, stream, **options)
    return stream.getvalue()


def _refusal(path: Path, content: bytes) -> SidecarError:
    path.write_bytes(content)
    with pytest.raises(SidecarError) as caught:
        load_teacher("digits-resnet", path)
    assert str(path) in caught.value.message
    assert caught.value.next_steps
    return caught.value


def test_the_shipped_teacher_is_as_good_as_its_report_says() -> None:
    report = json.loads(DIGITS_WEIGHTS.with_suffix(".json").read_text())
    teacher = load_teacher("digits-resnet", None)
    held_out = DIGITS.read_held_out(None)
    # One image of 360 may fall otherwise where another processor rounds otherwise.
    assert measure_accuracy(teacher, held_out, DIGITS, CPU).top1 == pytest.approx(
        report["heldOutAccuracy"], abs=1.5 / 360
    )
    assert measure_accuracy(teacher, DIGITS.read_training(None), DIGITS, CPU).top1 == pytest.approx(
        report["trainAccuracy"], abs=2e-3
    )
    assert report["heldOutAccuracy"] > 0.97
    assert report["heldOutImages"] == len(held_out)
    assert DIGITS_WEIGHTS.stat().st_size < 400_000


def test_resnet20_knows_cifar10(real_data: Path) -> None:
    teacher = load_teacher("resnet20", real_data / "teachers" / "resnet20-12fca82f.th")
    folder = real_data / "cifar-10-batches-py"
    training, held_out = CIFAR10.read_training(folder), CIFAR10.read_held_out(folder)
    assert measure_accuracy(teacher, training, CIFAR10, CPU).top1 == pytest.approx(0.998, abs=0.001)
    assert measure_accuracy(teacher, held_out, CIFAR10, CPU).top1 == pytest.approx(0.915, abs=0.001)


def test_a_teacher_answers_three_stages_without_gradient() -> None:
    teacher = load_teacher("digits-resnet", None)
    features, logits = teacher(torch.randn(2, 3, 8, 8))
    assert [tuple(stage.shape) for stage in features] == [(2, 16, 8, 8), (2, 32, 4, 4), (2, 64, 2, 2)]
    assert logits.shape == (2, 10)
    assert not logits.requires_grad
    assert not teacher.training


def test_loading_leaves_the_global_generator_alone() -> None:
    torch.manual_seed(3)
    expected = torch.rand(3)
    torch.manual_seed(3)
    load_teacher("digits-resnet", None)
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda state: state,
        lambda state: {"state_dict": state, "best_prec1": 91.7},
        lambda state: {"state_dict": {f"module.{name}": value for name, value in state.items()}},
        lambda state: {name: value for name, value in state.items() if "num_batches" not in name},
    ],
)
@pytest.mark.parametrize("zipped", [True, False])
def test_checkpoints_of_every_dress_load(tmp_path: Path, wrap: Callable[..., Any], zipped: bool) -> None:
    path = tmp_path / "teacher.pt"
    path.write_bytes(_saved(wrap(_state()), _use_new_zipfile_serialization=zipped))
    loaded = load_teacher("digits-resnet", path).state_dict()
    assert all(torch.equal(loaded[name], value) for name, value in _state().items() if "num_batches" not in name)


def test_the_first_tensor_that_does_not_fit_is_named(tmp_path: Path) -> None:
    path = tmp_path / "teacher.pt"
    state = _state()
    wrong = {**state, "linear.weight": torch.zeros(100, 64), "linear.bias": torch.zeros(100)}
    error = _refusal(path, _saved(wrong))
    assert error.code == "unsuitable-teacher"
    assert "linear.weight has shape [100, 64] instead of [10, 64]" in error.message
    lacking = {name: value for name, value in state.items() if name != "layer2.0.conv1.weight"}
    error = _refusal(path, _saved(lacking))
    assert "layer2.0.conv1.weight of shape [32, 16, 3, 3] is missing from it" in error.message
    error = _refusal(path, _saved({**state, "extra.weight": torch.zeros(2)}))
    assert "extra.weight of shape [2]" in error.message


@pytest.mark.parametrize("content", [[1, 2], {"state_dict": {"a": 1}}, {"state_dict": 3}, torch.zeros(2)])
def test_a_checkpoint_without_a_state_dict_is_unsuitable(tmp_path: Path, content: Any) -> None:
    assert _refusal(tmp_path / "teacher.pt", _saved(content)).code == "unsuitable-teacher"


class _Touch:
    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return os.system, (f"touch {self._path}",)


@pytest.mark.parametrize("zipped", [True, False])
def test_a_malicious_checkpoint_is_refused_and_not_run(tmp_path: Path, zipped: bool) -> None:
    trace = tmp_path / "trace"
    content = _saved({"state_dict": _Touch(trace)}, _use_new_zipfile_serialization=zipped)
    error = _refusal(tmp_path / "teacher.pt", content)
    assert error.code == "refused-file"
    assert f"{os.system.__module__}.system" in error.message
    assert not trace.exists()


@pytest.mark.parametrize(
    "content",
    [
        pickle.dumps({"a": 1}),
        pickle.dumps({"a": 1}, 2),
        pickle.dumps(Path("x"), 2),
        b"<html><body>Not found</body></html>",
        _saved(torch.nn.Linear(2, 2)),
    ],
)
def test_foreign_files_are_refused(tmp_path: Path, content: bytes) -> None:
    assert _refusal(tmp_path / "teacher.pt", content).code == "refused-file"


@pytest.mark.parametrize("zipped", [True, False])
def test_a_truncated_checkpoint_is_corrupt(tmp_path: Path, zipped: bool) -> None:
    content = _saved({"state_dict": _state()}, _use_new_zipfile_serialization=zipped)
    for length in [*range(0, len(content), len(content) // 23), len(content) - 1]:
        error = _refusal(tmp_path / "teacher.pt", content[:length])
        assert error.code == "corrupt-file", length


def test_an_absent_checkpoint_is_missing(tmp_path: Path) -> None:
    with pytest.raises(SidecarError) as caught:
        load_teacher("resnet20", tmp_path / "resnet20.th")
    assert caught.value.code == "missing-file"
    assert str(tmp_path / "resnet20.th") in caught.value.message
    assert "https://" in caught.value.next_steps[0]
    with pytest.raises(SidecarError) as caught:
        load_teacher("resnet20", None)
    assert caught.value.code == "missing-file"
