"""Teachers of the user: what is loaded, which stages are found, and what is refused."""

import hashlib
import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.functions import LIMIT_VARIABLE
from rminas_sidecar.system.packages import install_step
from rminas_sidecar.teachers.own.layers import Hooked
from rminas_sidecar.teachers.own.libraries import LIBRARIES
from rminas_sidecar.teachers.own.stages import find_stages
from support.own_teachers import CLASSES, NETWORK, SIDE, STAGES, archives, ask, expected_features, features_of, refused


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("own") / "own.py"
    path.write_text(NETWORK)
    return path


@pytest.fixture(scope="module")
def network(code: Path) -> Any:
    spec = importlib.util.spec_from_file_location("own_network", code)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    torch.manual_seed(3)
    return module.Net().eval()


def test_every_form_gives_the_same_features_of_the_same_stages(network: Any, code: Path, tmp_path: Path) -> None:
    images = torch.randn(7, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(1))
    features, logits = expected_features(network, images)
    for form, (kind, path) in archives(network, tmp_path).items():
        factory = {"name": "Net", "code": code} if kind == "factory" else {}
        answer = ask(kind, weights=path, **factory)
        assert answer["identity"]["stages"] == STAGES, form
        assert [stage["shape"] for stage in answer["compared"]] == [[6, 16, 16], [8, 8, 8], [10, 4, 4]], form
        assert answer["identity"]["classes"] == CLASSES
        found, answered = features_of(answer, images, factory.get("code"))
        for one, other in zip([*found, answered], [*features, logits], strict=True):
            torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5, msg=form)


def test_named_stages_and_features_that_the_network_answers(code: Path) -> None:
    images = torch.randn(3, 3, SIDE, SIDE)
    inner = ask("factory", "Net", code=code, stages=["layer1.0.relu", "layer2.1", "pool"])
    found, _ = features_of(inner, images, code)
    assert [list(feature.shape[1:]) for feature in found] == [[6, 16, 16], [8, 8, 8], [10, 1, 1]]
    # The copy is taken before the next module changes it in place.
    assert bool((found[0] >= 0).all())
    pair = ask("factory", "Pair", code=code)
    assert pair["identity"]["stages"] == []
    assert pair["compared"][1] == {"name": "its own stage 2", "shape": [8, 8, 8]}
    features, logits = features_of(pair, images, code)
    assert [len(feature) for feature in features] == [3, 3, 3]
    assert logits.shape == (3, CLASSES)


def test_equal_teachers_have_equal_identities_and_answers(code: Path) -> None:
    answers = [ask("factory", "Net", code=code) for _ in range(2)]
    assert answers[0] == answers[1]
    images = torch.randn(3, 3, SIDE, SIDE)
    first, second = (features_of(answer, images, code)[1] for answer in answers)
    assert torch.equal(first, second)


def test_a_teacher_for_other_classes_gives_its_representation(network: Any, code: Path, tmp_path: Path) -> None:
    torch.save(network.state_dict(), tmp_path / "five.pth")
    answer = ask("factory", "Net", code=code, weights=tmp_path / "five.pth", classes=9)
    assert answer["identity"]["classes"] == 5
    assert "tells 5 classes apart, and the data set has 9" in answer["notes"][0]
    assert ask("factory", "three_classes", code=code)["identity"]["classes"] == 3


def test_a_registered_network_with_weights_and_stages_of_the_user() -> None:
    answer = ask("registered", "digits-resnet", side=8, classes=10, stages=["bn1", "layer2", "layer3"])
    assert [stage["shape"] for stage in answer["compared"]] == [[16, 8, 8], [32, 4, 4], [64, 2, 2]]
    assert refused("missing-file", "registered", "resnet20").next_steps[-1] == "Or name them: --teacher-weights FILE."


def test_a_file_that_changed_since_the_question_is_refused(network: Any, code: Path, tmp_path: Path) -> None:
    torch.save(network.state_dict(), tmp_path / "weights.pth")
    answer = ask("factory", "Net", code=code, weights=tmp_path / "weights.pth")
    network.fc.bias.data += 1
    torch.save(network.state_dict(), tmp_path / "weights.pth")
    with pytest.raises(SidecarError, match="has changed"):
        features_of(answer, torch.randn(2, 3, SIDE, SIDE), code)


@pytest.mark.parametrize(
    ("name", "code_of_error", "message"),
    [
        ("broken", "unsuitable-teacher", "numbers of fc.weight are not finite"),
        ("zeros", "unsuitable-teacher", "all weights are zero"),
        ("maps", "unsuitable-teacher", "answers a tensor of shape 2 × 5 × 16 × 16 for 2 images, not logits"),
        ("nothing", "plugin-failed", "returned NoneType None, not a torch.nn.Module"),
        (
            "fails",
            "plugin-failed",
            "RuntimeError: no network today (",
        ),
        ("hangs", "plugin-failed", "did not end within 0.5 s"),
        ("absent", "plugin-failed", "has no function absent"),
        ("Flat", "unsuitable-stages", "feature maps have 1 different resolutions, and 3 stages are needed"),
    ],
)
def test_a_factory_whose_network_cannot_teach(
    code: Path, monkeypatch: pytest.MonkeyPatch, name: str, code_of_error: str, message: str
) -> None:
    monkeypatch.setenv(LIMIT_VARIABLE, "0.5" if name == "hangs" else "60")
    assert message in refused(code_of_error, "factory", name, code=code).message


def test_answers_that_are_whole_numbers_are_refused_when_the_teacher_runs(code: Path) -> None:
    with pytest.raises(SidecarError, match=r"its logits are of the type torch.int64"):
        features_of(ask("factory", "Whole", code=code), torch.randn(2, 3, SIDE, SIDE), code)


@pytest.mark.parametrize(
    ("stages", "message"),
    [
        (["layer1", "layer2"], "2 different stages are named (layer1, layer2), and the space has 3"),
        (["layer1", "layer2", "layer2"], "2 different stages are named"),
        (["layer1", "layer2", "layer4"], "The teacher has no module 'layer4' that runs. The nearest are layer3"),
        (["layer1.0", "layer1.1", "layer1"], "all answer the shape 6 × 16 × 16, so they tell little apart"),
    ],
)
def test_stages_that_cannot_be_compared(code: Path, stages: list[str], message: str) -> None:
    assert message in refused("unsuitable-stages", "factory", "Net", code=code, stages=stages).message


def wrong_states(network: Any) -> dict[str, tuple[str, Callable[[dict[str, Tensor]], dict[str, Tensor]]]]:
    return {
        "integers": ("has numbers of the type torch.int32", lambda state: {k: v.int() for k, v in state.items()}),
        "head": (
            "in place of fc.weight, fc.bias it has head.0.weight, head.1.weight",
            lambda state: {
                **{k: v for k, v in state.items() if not k.startswith("fc")},
                "head.0.weight": torch.ones(4, 10),
                "head.1.weight": torch.ones(5, 4),
            },
        ),
        "nan": ("are not finite", lambda state: {**state, "fc.bias": torch.full((5,), float("nan"))}),
    }


@pytest.mark.parametrize("wrong", ["integers", "head", "nan"])
def test_weights_that_do_not_fit(network: Any, code: Path, tmp_path: Path, wrong: str) -> None:
    message, change = wrong_states(network)[wrong]
    torch.save(change(network.state_dict()), tmp_path / "wrong.pth")
    error = refused("unsuitable-teacher", "factory", "Net", code=code, weights=tmp_path / "wrong.pth")
    assert message in error.message


class TwoInputs(nn.Module):
    def forward(self, images: Tensor, mask: Tensor) -> Tensor:
        return (images * mask).mean((2, 3))


class OneChannel(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Conv2d(1, 4, 3)

    def forward(self, images: Tensor) -> Tensor:
        return self.layer(images).mean((2, 3))


def test_archives_with_other_inputs(network: Any, tmp_path: Path) -> None:
    torch.jit.script(TwoInputs()).save(tmp_path / "two.pt")
    error = refused("unsuitable-teacher", "torchscript", weights=tmp_path / "two.pt")
    assert "its inputs are images: Tensor, mask: Tensor, not images alone" in error.message
    torch.jit.script(OneChannel()).save(tmp_path / "grey.pt")
    error = refused("unsuitable-teacher", "torchscript", weights=tmp_path / "grey.pt")
    assert "expected input[2, 3, 16, 16] to have 1 channels" in error.message
    assert "It was called with images of 3 × 16 × 16." in error.message
    pair = torch.randn(2, 3, 8, 8), torch.randn(2, 3, 8, 8)
    torch.export.save(torch.export.export(TwoInputs(), pair), tmp_path / "two.pt2")
    error = refused("unsuitable-teacher", "exported", weights=tmp_path / "two.pt2")
    assert "takes 2 inputs, not images alone" in error.message
    torch.export.save(torch.export.export(network, (torch.randn(2, 3, 8, 8),)), tmp_path / "small.pt2")
    assert (
        "to be equal to 8, but got 16"
        in refused("unsuitable-teacher", "exported", weights=tmp_path / "small.pt2").message
    )
    (tmp_path / "torn.pt").write_bytes((tmp_path / "two.pt").read_bytes()[:900])
    assert (
        "cannot be loaded as TorchScript"
        in refused("corrupt-file", "torchscript", weights=tmp_path / "torn.pt").message
    )


def test_a_frozen_archive_has_no_modules_to_compare(network: Any, tmp_path: Path) -> None:
    torch.jit.freeze(torch.jit.script(network)).save(tmp_path / "frozen.pt")
    error = refused("unsuitable-stages", "torchscript", weights=tmp_path / "frozen.pt")
    assert "feature maps have 0 different resolutions" in error.message


def test_a_library_that_is_not_installed_is_named_with_the_way_to_install_it() -> None:
    for library in ("timm", "torchvision"):
        if importlib.util.find_spec(library) is not None:
            continue
        error = refused("missing-package", library, "resnet18", random=True)
        assert error.message == f"The package {library} is not installed."
        assert error.next_steps[0] == install_step(library)


def test_pytorchcv_has_teachers_for_small_images(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pytorchcv")
    answer = ask("pytorchcv", "resnet20_cifar10", classes=10, side=32, random=True)
    assert answer["identity"]["stages"] == ["features.stage1", "features.stage2", "features.stage3"]
    assert answer["identity"]["version"]
    assert "has random weights: it knows nothing about the images" in answer["notes"][0]
    # The function of the library takes 10 or 100 classes.
    other = ask("pytorchcv", "resnet20_cifar10", classes=7, side=32, random=True)
    assert other["identity"]["classes"] == 10
    error = refused("unknown-name", "pytorchcv", "resnet20_cifar", random=True)
    assert "Did you mean resnet20_cifar10" in error.message
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    error = refused("missing-file", "pytorchcv", "resnet20_cifar10")
    assert "rminas downloads no weights" in error.message
    cached = tmp_path / ".torch" / "models" / "resnet20_cifar10-0597-0123abcd.pth"
    cached.parent.mkdir(parents=True)
    torch.manual_seed(4)
    torch.save(LIBRARIES["pytorchcv"].network("resnet20_cifar10", 10).state_dict(), cached)
    answer = ask("pytorchcv", "resnet20_cifar10", classes=10, side=32)
    assert answer["weights"] == str(cached)
    assert answer["identity"]["weights"] == hashlib.sha256(cached.read_bytes()).hexdigest()


def test_parts_of_a_residual_block_are_no_stages() -> None:
    """A bottleneck lowers the resolution in its second convolution, after the first has answered the old one."""

    class Bottleneck(nn.Module):
        def __init__(self, inputs: int, outputs: int, stride: int) -> None:
            super().__init__()
            self.conv1, self.relu = nn.Conv2d(inputs, outputs, 1), nn.ReLU()
            self.conv2 = nn.Conv2d(outputs, outputs, 3, stride, padding=1)
            self.squeeze = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(outputs, outputs, 1), nn.Sigmoid())
            self.way = nn.Conv2d(inputs, outputs, 1, stride)

        def forward(self, x: Tensor) -> Tensor:
            y = self.conv2(self.relu(self.conv1(x)))
            return y * self.squeeze(y) + self.way(x)

    class Body(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.stem = nn.Conv2d(3, 4, 3, 2, padding=1)
            self.stages = nn.Sequential(
                *(nn.Sequential(Bottleneck(4, 4, 1), Bottleneck(4, 4, 2)) for _ in range(4)),
            )

        def forward(self, x: Tensor) -> Tensor:
            return self.stages(self.stem(x))

    network = nn.Sequential(Body(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3))
    layers = Hooked(network).layers(torch.randn(2, 3, 32, 32))
    assert find_stages(layers, 5) == ["0.stages.0.0", "0.stages.1.0", "0.stages.2.0", "0.stages.3.0", "0"]
    assert find_stages(layers, 3) == ["0.stages.0.0", "0.stages.2.0", "0"]
