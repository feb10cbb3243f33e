"""The teachers of CIFAR-100, ImageNet16-120 and ImageNet, from checkpoints as they are published."""

import importlib.util
import io
import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.teachers import build_teacher, load_teacher
from rminas_sidecar.teachers.nas_bench_201_9930 import ARCHITECTURE
from support.tiny_data import PUBLISHED, make_results, make_state, write_teacher

_NB201 = "nas-bench-201-9930"


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("teachers")
    paths = {published.teacher: folder / published.checkpoint for published in PUBLISHED.values()}
    for architecture, path in paths.items():
        write_teacher(architecture, path)
    return paths


def _saved(content: Any) -> bytes:
    stream = io.BytesIO()
    torch.save(content, stream)
    return stream.getvalue()


def _refusal(architecture: str, path: Path, classes: int | None = None) -> SidecarError:
    with pytest.raises(SidecarError) as caught:
        load_teacher(architecture, path, classes)
    assert str(path) in caught.value.message
    assert caught.value.next_steps
    return caught.value


@pytest.mark.parametrize(
    ("architecture", "side", "stages", "classes"),
    [
        ("resnet20", 32, [(16, 32), (32, 16), (64, 8)], 10),
        ("resnet101", 16, [(256, 16), (1024, 4), (2048, 2)], 100),
        (_NB201, 16, [(16, 16), (32, 8), (64, 4)], 120),
        ("fbresnet152", 64, [(64, 16), (512, 8), (2048, 2)], 1000),
    ],
)
def test_stages_and_logits(
    checkpoints: dict[str, Path], architecture: str, side: int, stages: list[tuple[int, int]], classes: int
) -> None:
    teacher = load_teacher(architecture, checkpoints[architecture])
    features, logits = teacher(torch.randn(2, 3, side, side))
    assert [tuple(stage.shape) for stage in features] == [(2, width, size, size) for width, size in stages]
    assert logits.shape == (2, classes)
    assert not teacher.training
    assert not logits.requires_grad
    expected = make_state(architecture)
    assert all(torch.equal(value, expected[name]) for name, value in teacher.state_dict().items())


@pytest.mark.parametrize(
    ("architecture", "parameters", "shapes"),
    [
        (
            "resnet101",
            42_697_380,
            {
                "conv1.0.weight": (64, 3, 3, 3),
                "conv2_x.0.shortcut.0.weight": (256, 64, 1, 1),
                "conv3_x.0.residual_function.3.weight": (128, 128, 3, 3),
                "conv4_x.22.residual_function.7.running_var": (1024,),
                "conv5_x.2.residual_function.6.weight": (2048, 512, 1, 1),
                "fc.bias": (100,),
            },
        ),
        (
            "fbresnet152",
            60_268_520,
            {
                "conv1.bias": (64,),
                "layer1.0.downsample.0.bias": (256,),
                "layer2.7.conv2.weight": (128, 128, 3, 3),
                "layer3.35.bn3.running_mean": (1024,),
                "layer4.2.conv3.weight": (2048, 512, 1, 1),
                "last_linear.weight": (1000, 2048),
            },
        ),
        (
            _NB201,
            1_295_656,
            {
                "stem.0.weight": (16, 3, 3, 3),
                "cells.4.layers.5.op.1.weight": (16, 16, 3, 3),
                "cells.5.downsample.1.weight": (32, 16, 1, 1),
                "lastact.0.running_mean": (64,),
                "classifier.weight": (120, 64),
            },
        ),
    ],
)
def test_published_names_and_sizes(architecture: str, parameters: int, shapes: dict[str, tuple[int, ...]]) -> None:
    network = build_teacher(architecture)
    state = network.state_dict()
    assert {name: tuple(state[name].shape) for name in shapes} == shapes
    assert sum(parameter.numel() for parameter in network.parameters()) == parameters


@pytest.mark.parametrize(
    ("architecture", "head", "trained", "needed"),
    [("resnet20", "linear", 10, 100), ("resnet101", "fc", 100, 10), (_NB201, "classifier", 120, 10)],
)
def test_a_teacher_for_another_data_set(
    checkpoints: dict[str, Path], architecture: str, head: str, trained: int, needed: int
) -> None:
    error = _refusal(architecture, checkpoints[architecture], needed)
    assert error.code == "unsuitable-teacher"
    assert f"trained for {trained} classes, and the data set has {needed}" in error.message
    assert f"{head}.weight" in error.message


def test_a_checkpoint_of_another_architecture(checkpoints: dict[str, Path]) -> None:
    error = _refusal("resnet20", checkpoints["resnet101"])
    assert error.code == "unsuitable-teacher"
    assert "conv1.weight of shape [16, 3, 3, 3] is missing from it" in error.message
    assert _refusal(_NB201, checkpoints["resnet20"]).code == "unsuitable-teacher"
    # A state dict cannot be found where NAS-Bench-201's structure is not looked for.
    assert "does not contain a state dict" in _refusal("resnet20", checkpoints[_NB201]).message


def test_any_checkpoint_of_a_named_architecture(tmp_path: Path) -> None:
    path = tmp_path / "resnet20-of-cifar100.th"
    path.write_bytes(_saved(make_state("resnet20", 3, classes=100)))
    _, logits = load_teacher("resnet20", path, 100)(torch.randn(2, 3, 32, 32))
    assert logits.shape == (2, 100)
    path.write_bytes(_saved(make_state(_NB201, 3, classes=10)))
    _, logits = load_teacher(_NB201, path, 10)(torch.randn(2, 3, 32, 32))
    assert logits.shape == (2, 10)


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("module", [b"numpy._core", b"numpy.core"])
def test_weights_of_the_benchmark(tmp_path: Path, zipped: bool, module: bytes) -> None:
    state = make_state(_NB201, 1)
    stream = io.BytesIO()
    torch.save({"full": make_results(state)}, stream, _use_new_zipfile_serialization=zipped)
    content = stream.getvalue()
    assert b"numpy" in content
    if not zipped:
        # An archive's entries have sums, so only the old format can be rewritten so simply.
        content = content.replace(b"numpy._core", module).replace(b"numpy.core", module)
    (tmp_path / "009930-FULL.pth").write_bytes(content)
    loaded = load_teacher(_NB201, tmp_path / "009930-FULL.pth").state_dict()
    assert all(torch.equal(value, state[name]) for name, value in loaded.items())


def test_the_benchmark_without_what_is_needed(tmp_path: Path) -> None:
    path = tmp_path / "009930-FULL.pth"
    results = make_results(make_state(_NB201))
    del results["all_results"][("ImageNet16-120", 777)]
    path.write_bytes(_saved({"full": results}))
    error = _refusal(_NB201, path)
    assert error.code == "unsuitable-teacher"
    assert "ImageNet16-120 with seed 777" in error.message
    assert "('cifar10-valid', 777)" in error.message
    path.write_bytes(_saved({"full": make_results(None)}))
    assert _refusal(_NB201, path).code == "unsuitable-teacher"
    results = make_results(make_state(_NB201))
    other = ARCHITECTURE.replace("skip_connect", "none")
    results["all_results"][("ImageNet16-120", 777)]["arch_config"]["arch_str"] = other
    path.write_bytes(_saved({"full": results}))
    error = _refusal(_NB201, path)
    assert error.code == "unsuitable-teacher"
    assert other in error.message


class _Touch:
    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return os.system, (f"touch {self._path}",)


def test_the_benchmark_with_something_malicious_in_it(tmp_path: Path) -> None:
    path, trace = tmp_path / "009930-FULL.pth", tmp_path / "trace"
    path.write_bytes(_saved({"full": {**make_results(make_state(_NB201)), "extra": _Touch(trace)}}))
    error = _refusal(_NB201, path)
    assert error.code == "refused-file"
    assert f"{os.system.__module__}.system" in error.message
    assert not trace.exists()
    # What NumPy's numbers need is not thereby allowed to arrays, whose functions could be called with anything.
    path.write_bytes(_saved({"full": {"all_results": np.zeros(3)}}))
    assert _refusal(_NB201, path).code == "refused-file"


@pytest.mark.parametrize("architecture", ["resnet101", _NB201, "fbresnet152"])
def test_truncated_and_absent_checkpoints(checkpoints: dict[str, Path], tmp_path: Path, architecture: str) -> None:
    content = checkpoints[architecture].read_bytes()
    path = tmp_path / "part.pth"
    for length in (0, 1000, len(content) // 2, len(content) - 1):
        path.write_bytes(content[:length])
        assert _refusal(architecture, path).code == "corrupt-file", length
    assert _refusal(architecture, tmp_path / "nowhere.pth").code == "missing-file"
    with pytest.raises(SidecarError) as caught:
        load_teacher(architecture, None)
    assert caught.value.code == "missing-file"
    assert "--teacher" in caught.value.next_steps[0]


@pytest.fixture(scope="module")
def xnas_teacher() -> Callable[[str], ModuleType]:
    """Imports one file of XNAS's teachers and nothing around it."""
    home = os.environ.get("XNAS_HOME")
    if not home:
        pytest.skip("XNAS_HOME does not name a checkout of XNAS to compare the teachers with")

    def load(file: str) -> ModuleType:
        path = Path(home) / "xnas" / "algorithms" / "RMINAS" / "teacher_model" / file
        spec = importlib.util.spec_from_file_location(f"xnas_{path.parent.name}", path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load


def _original(xnas_teacher: Callable[[str], ModuleType], architecture: str) -> nn.Module:
    if architecture == "resnet20":
        return xnas_teacher("resnet20_cifar10/resnet.py").resnet20()
    if architecture == "resnet101":
        return xnas_teacher("resnet101_cifar100/resnet.py").resnet101()
    return xnas_teacher("fbresnet_imagenet/fbresnet.py").fbresnet152(pretrained=None)


@pytest.mark.parametrize(("architecture", "side"), [("resnet20", 32), ("resnet101", 32), ("fbresnet152", 64)])
@pytest.mark.parametrize("training", [True, False])
def test_parity_with_xnas(
    xnas_teacher: Callable[[str], ModuleType], architecture: str, side: int, training: bool
) -> None:
    torch.manual_seed(0)
    original = _original(xnas_teacher, architecture).train(training)
    ours = build_teacher(architecture).train(training)
    # With what training left behind: means and variances that are not 0 and 1.
    state = {name: value + 0.1 if "running" in name else value for name, value in original.state_dict().items()}
    assert list(state) == list(ours.state_dict())
    ours.load_state_dict(state)
    images = torch.randn(3, 3, side, side)
    with torch.no_grad():
        features, logits = ours(images)
        original.load_state_dict(state)
        _assert_equal(features, original.feature_extractor(images))
        _assert_equal([logits], [original(images)])


def _assert_equal(ours: list[Tensor], theirs: list[Tensor]) -> None:
    for mine, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, other, rtol=1e-5, atol=1e-5 * other.abs().max().item())
