"""A module of teachers of the user, good and bad, and questions about them."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.specification import Assets, OwnTeacherSpecification, TeacherSpecification
from rminas_sidecar.teachers import prepare_teacher
from rminas_sidecar.teachers.own import describe_teacher

SIDE, CLASSES = 16, 5
NETWORK = """\
import time
import torch
from torch import nn

class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.narrow = nn.Conv2d(inputs, outputs, 1)
        self.wide = nn.Conv2d(outputs, outputs, 3, stride, padding=1)
        self.norm = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU(inplace=True)
        self.way = nn.Conv2d(inputs, outputs, 1, stride)
    def forward(self, x):
        return torch.relu_(self.norm(self.wide(self.relu(self.narrow(x)))) + self.way(x))

class Net(nn.Module):
    def __init__(self, classes=5):
        super().__init__()
        self.layer1 = nn.Sequential(Block(3, 6, 1), Block(6, 6, 1))
        self.layer2 = nn.Sequential(Block(6, 8, 2), Block(8, 8, 1))
        self.layer3 = Block(8, 10, 2)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(10, classes)
    def forward(self, x):
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.fc(torch.flatten(self.pool(x), 1))

class Pair(Net):
    def forward(self, x):
        first = self.layer1(x)
        second = self.layer2(first)
        third = self.layer3(second)
        return [first, second, third], self.fc(third.mean((2, 3)))

class Whole(Net):
    def forward(self, x):
        return super().forward(x).round().to(torch.int64)

class Flat(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(4, 4, 3, padding=1), nn.Conv2d(4, 4, 1))
        self.fc = nn.Linear(4, classes)
    def forward(self, x):
        return self.fc(self.body(x).mean((2, 3)))

def broken(classes):
    net = Net(classes)
    net.fc.weight.data[0, 0] = float("nan")
    return net

def zeros(classes):
    net = Net(classes)
    for value in net.state_dict().values():
        value.zero_()
    return net

def maps(classes):
    return nn.Conv2d(3, classes, 1)

def nothing(classes):
    return None

def fails(classes):
    raise RuntimeError("no network today")

def hangs(classes):
    time.sleep(60)

def three_classes():
    return Net(3)
"""
STAGES = ["layer1", "layer2", "layer3"]


def ask(kind: str, name: str = "", *, classes: int = CLASSES, side: int = SIDE, **more: Any) -> dict[str, Any]:
    question = {"kind": kind, "name": name, "weights": None, "code": None, "stages": [], "random": False, **more}
    question = {key: str(value) if isinstance(value, Path) else value for key, value in question.items()}
    return describe_teacher(question, classes, side)


def refused(error: str, kind: str, name: str = "", **more: Any) -> SidecarError:
    with pytest.raises(SidecarError) as caught:
        ask(kind, name, **more)
    assert caught.value.code == error, caught.value.message
    return caught.value


def features_of(answer: dict[str, Any], images: Tensor, code: Path | None = None) -> tuple[list[Tensor], Tensor]:
    own = OwnTeacherSpecification.from_dict(answer["identity"])
    weights = None if answer["weights"] is None else Path(answer["weights"])
    specification = TeacherSpecification("own", "eval", own)
    with torch.no_grad():
        return prepare_teacher(specification, Assets(None, weights, code), CLASSES, torch.device("cpu"))(images)


def expected_features(network: Any, images: Tensor) -> tuple[list[Tensor], Tensor]:
    with torch.no_grad():
        first = network.layer1(images)
        second = network.layer2(first)
        third = network.layer3(second)
        return [first, second, third], network(images)


def archives(network: Any, folder: Path) -> dict[str, tuple[str, Path]]:
    """Saves the network in each form; answers the kind of the teacher and the file."""
    images, folder = torch.randn(4, 3, SIDE, SIDE), folder
    torch.jit.script(network).save(folder / "scripted.pt")
    torch.jit.trace(network, images).save(folder / "traced.pt")
    torch.export.save(torch.export.export(network, (images,)), folder / "fixed.pt2")
    batch = torch.export.Dim("batch", min=1)
    torch.export.save(torch.export.export(network, (images,), dynamic_shapes=({0: batch},)), folder / "free.pt2")
    torch.save({"state_dict": network.state_dict()}, folder / "state.pth")
    forms = {"scripted.pt": "torchscript", "traced.pt": "torchscript", "fixed.pt2": "exported", "free.pt2": "exported"}
    return {name: (kind, folder / name) for name, kind in {**forms, "state.pth": "factory"}.items()}
