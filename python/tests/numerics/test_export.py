"""Exported networks compute the same logits as the network that they were written from, without rminas."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.export import graphs
from rminas_sidecar.export.export import export_network
from rminas_sidecar.export.failures import CannotWrite
from rminas_sidecar.export.network import build_network_of
from rminas_sidecar.export.source import ModelFacts, write_source
from rminas_sidecar.export.weights import safetensors_bytes
from rminas_sidecar.networks import build_network
from rminas_sidecar.networks.checkpoints import read_checkpoint
from rminas_sidecar.retraining.recipe import Retraining
from rminas_sidecar.specification import NetworkSpecification
from support.fresh import run_program
from support.genotypes import EXAMPLES
from support.limits import scaled

Build = Callable[..., dict[str, Any]]
EMPTY = "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|"
SIDES = {"nas-bench-201": 8, "darts": 8, "nas-bench-macro": 8, "proxyless": 32, "mb": 32}
NETWORKS = [
    *((space, EXAMPLES[space], NetworkSpecification(4, 4, 10, side)) for space, side in SIDES.items()),
    # The stem for large images, an odd number of channels, and a cell whose output is zero.
    ("darts", EXAMPLES["darts"], NetworkSpecification(5, 3, 7, 64)),
    ("nas-bench-201", EMPTY, NetworkSpecification(4, 1, 2, 8)),
    ("nas-bench-macro", "01021200", NetworkSpecification(4, 1, 10, 9)),
]
FACTS = ModelFacts("A network", "genotype", 10, 8, (0.5, 0.4, 0.3), (0.2, 0.3, 0.4))

# A program that imports the exported file alone, with nothing of rminas on its path.
FRESH = """
import json, sys
sys.path.insert(0, sys.argv[1])
import model, torch
assert not any(name.startswith("rminas") for name in sys.modules)
torch.set_num_threads(int(sys.argv[4]))
images = torch.load(sys.argv[2])
network = model.load_network()
with torch.no_grad():
    features, logits = network.features_and_logits(images)
    assert torch.equal(network(images), logits)
torch.save((features, logits), sys.argv[3])
"""


def written(network: nn.Module) -> Any:
    names: dict[str, Any] = {"__file__": "model.py"}
    exec(write_source(network, FACTS), names)
    built = names["Network"]()
    built.load_state_dict({name: network.state_dict()[name] for name in built.state_dict()})
    return built.eval()


def lively(network: nn.Module) -> nn.Module:
    """With running statistics that are not the initial ones."""
    generator = torch.Generator().manual_seed(0)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d) and module.running_mean is not None and module.running_var is not None:
            module.running_mean.normal_(generator=generator)
            module.running_var.uniform_(0.5, 2, generator=generator)
    return network.eval()


@pytest.mark.parametrize(("space", "genotype", "size"), NETWORKS)
def test_model_py_computes_the_same_bits(space: str, genotype: str, size: NetworkSpecification) -> None:
    network = lively(build_network(space, genotype, size))
    images = torch.randn(2, 3, size.resolution, size.resolution)
    features, logits = network(images)
    found, answer = written(network).features_and_logits(images)
    assert torch.equal(answer, logits)
    assert all(map(torch.equal, found, features))


def test_equal_modules_share_a_class_with_parameters() -> None:
    source = write_source(
        build_network("nas-bench-201", EXAMPLES["nas-bench-201"], NetworkSpecification(4, 2, 10, 8)), FACTS
    )
    assert source.count("class ReluConvNorm") == 1
    assert source.count("class Cell(") == 1
    assert "Cell(in_channels=4)," in source
    assert "out_channels=2 * in_channels" in source
    assert "rminas_sidecar" not in source
    imports = [line for line in source.splitlines() if line.startswith(("import ", "from "))]
    assert imports == ["import json", "from pathlib import Path", "import torch", "from torch import nn"]


class Positional(nn.Module):
    """Has parameters and buffers of its own, and functions of torch."""

    def __init__(self) -> None:
        super().__init__()
        self.patch = nn.Conv2d(3, 8, 4, stride=(4, 4))
        self.places = nn.Parameter(torch.randn(1, 4, 8))
        self.register_buffer("scale", torch.tensor(0.5))
        self.norm = nn.LayerNorm(8)
        self.head = nn.Linear(8, 10)

    def forward(self, images: Tensor) -> tuple[list[Tensor], Tensor]:
        x = self.patch(images).flatten(2).transpose(1, 2) + self.places
        y = x + self.scale * functional.gelu(self.norm(x))
        return [x, y, -y], self.head((x * y).mean(dim=1) / (1 + y.abs().sum()))


class Choosing(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(3, 10)

    def forward(self, images: Tensor) -> tuple[list[Tensor], Tensor]:
        x = images.mean((2, 3))
        return [x, x, x], self.head(x if x.sum() > 0 else -x)


def test_other_networks_are_written_too() -> None:
    network = Positional().eval()
    images = torch.randn(2, 3, 8, 8)
    features, logits = network(images)
    found, answer = written(network).features_and_logits(images)
    assert torch.equal(answer, logits)
    assert all(map(torch.equal, found, features))


def test_a_forward_that_depends_on_values_is_refused() -> None:
    with pytest.raises(CannotWrite, match="cannot trace Choosing"):
        write_source(Choosing(), FACTS)


RUN_ONNX = """
import sys, torch
from pathlib import Path
from rminas_sidecar.export.graphs import _run_onnx
_run_onnx(Path(sys.argv[1]), torch.zeros(2, 3, 8, 8))
"""


def request_for(body: dict[str, Any], folder: Path, weights: Path | None = None, **more: Any) -> dict[str, Any]:
    common = {"retraining": body, "seed": 1, "folder": str(folder), "formats": [], "title": "A network"}
    return {**common, "classNames": [], "weights": None if weights is None else str(weights), **more}


def checkpoint_of(body: dict[str, Any], file: Path) -> nn.Module:
    """A network with weights, and its checkpoint as a retraining writes it."""
    network = lively(build_network_of(Retraining.from_dict(body, 5), None))
    torch.save({"version": 1, "state_dict": network.state_dict(), "optimizer": {}}, file)
    return network


def test_all_files_give_the_logits_of_the_network(retraining: Build, tmp_path: Path) -> None:
    body = retraining()
    network = checkpoint_of(body, tmp_path / "seed-5.pt")
    answer = export_network(request_for(body, tmp_path, tmp_path / "seed-5.pt", formats=["onnx", "pt2"]))
    assert answer["files"] == ["model.py", "weights.safetensors", "model.pt2", "model.onnx"]
    assert answer["failed"] == []
    assert answer["differences"]["model.py"] == 0
    assert max(answer["differences"].values()) < graphs.TOLERANCE
    assert answer["parameters"] == sum(value.numel() for value in network.parameters())
    images = torch.randn(5, 3, 8, 8)
    features, logits = network(images)
    torch.save(images, tmp_path / "images.pt")
    paths = [str(path) for path in (tmp_path, tmp_path / "images.pt", tmp_path / "answer.pt")]
    command = [sys.executable, "-I", "-c", FRESH, *paths, str(torch.get_num_threads())]
    subprocess.run(command, check=True, timeout=scaled(100))
    found, fresh = torch.load(tmp_path / "answer.pt")
    assert torch.equal(fresh, logits)
    assert all(map(torch.equal, found, features))
    program = torch.export.load(tmp_path / "model.pt2").module()
    assert torch.allclose(program(images), logits, atol=1e-6)
    assert torch.allclose(graphs._run_onnx(tmp_path / "model.onnx", images), logits, atol=1e-4)
    home = tmp_path / "home"
    home.mkdir()
    places = {"HOME": str(home), "XDG_CACHE_HOME": str(home / "cache")}
    done = run_program(RUN_ONNX, [str(tmp_path / "model.onnx")], places)
    assert (done.returncode, list(home.iterdir())) == (0, []), done.stderr


def test_a_network_of_darts_loses_its_auxiliary_head(retraining: Build, darts: Build, tmp_path: Path) -> None:
    body = retraining(**darts())
    network = checkpoint_of(body, tmp_path / "c.pt")
    export_network(request_for(body, tmp_path, tmp_path / "c.pt"))
    state = read_checkpoint(tmp_path / "weights.safetensors", "It", [], 1 << 30)
    assert isinstance(state, dict)
    assert {name for name in network.state_dict() if name not in state} == {
        name for name in network.state_dict() if name.startswith("auxiliary_head.")
    }
    # What was exported can be loaded again.
    again = build_network_of(Retraining.from_dict(body, 9), tmp_path / "weights.safetensors")
    images = torch.randn(2, 3, 8, 8)
    assert torch.equal(again(images)[1], network(images)[1])


def test_weights_of_another_network_are_refused(retraining: Build, tmp_path: Path) -> None:
    checkpoint_of(retraining(), tmp_path / "c.pt")
    wider = retraining(network={"channels": 8})
    with pytest.raises(SidecarError, match="has the shape") as caught:
        export_network(request_for(wider, tmp_path, tmp_path / "c.pt"))
    assert caught.value.code == "unsuitable-weights"
    deeper = retraining(network={"cells": 2})
    with pytest.raises(SidecarError, match="has no"):
        export_network(request_for(deeper, tmp_path, tmp_path / "c.pt"))


def test_without_the_packages_for_onnx_the_rest_is_written(
    retraining: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # An import of None fails like that of an absent package.
    monkeypatch.setitem(sys.modules, "onnxscript", None)
    answer = export_network(request_for(retraining(), tmp_path, formats=["onnx"]))
    assert answer["files"] == ["model.py"]
    assert answer["failed"] == [
        {"format": "onnx", "reason": "onnxscript cannot be imported", "packages": ["onnxscript"]}
    ]


def test_safetensors_are_those_of_the_format() -> None:
    state = {"a.weight": torch.randn(2, 3), "b": torch.tensor(7), "c": torch.randn(4).bfloat16()}
    content = safetensors_bytes(state)
    length = int.from_bytes(content[:8], "little")
    table = json.loads(content[8 : 8 + length])
    assert length % 8 == 0
    assert table["a.weight"] == {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}
    assert table["c"]["data_offsets"] == [32, 40]
    assert len(content) == 8 + length + 40
