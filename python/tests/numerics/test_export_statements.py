"""What a `forward` computes stays the same when its statements are moved into each other."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from rminas_sidecar.export.source import ModelFacts, write_source

FACTS = ModelFacts("A network", "genotype", 10, 8, (0.5, 0.4, 0.3), (0.2, 0.3, 0.4))
Forward = Callable[["Gated", Tensor], Tensor]


class Gated(nn.Module):
    """Its forward is that of a case."""

    def __init__(self, compute: Forward) -> None:
        super().__init__()
        self.gate, self.head = nn.Conv2d(3, 3, 1), nn.Linear(3, 10)
        self._compute = compute

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.head(self._compute(self, images).mean((2, 3)))
        return logits


def _changed(its: Gated, x: Tensor) -> Tensor:
    y: Tensor = its.gate(x)
    y.sub_(0.1)
    functional.relu(y, inplace=True)
    return y * x


CASES: dict[str, Forward] = {
    "images that are changed in place": _changed,
    "a module as the argument of a method": lambda its, x: x.mul(its.gate(x)),
    "a function as a named argument": lambda its, x: its.gate(x).clamp(max=torch.sin(x)),
    "an end of a slice": lambda its, x: its.gate(x)[:, :, : x.size(2) // 2],
    "an index": lambda its, x: its.gate(x)[:, :, x.size(2) // 2 :, -x.size(3) + 1 :],
    "a slice as a value": lambda its, x: torch.cat([its.gate(x)[:, :, 1:], x[:, :, : x.shape[2] - 3]], 2),
    "a method of a negative": lambda its, x: (-its.gate(x)).relu() + x,
    "a power of a negative": lambda its, x: (-its.gate(x)) ** 2,
    "a negative sum": lambda its, x: -(its.gate(x) + x),
    "a negative base": lambda its, x: (-2) ** its.gate(x).round(),
    "differences of differences": lambda its, x: x - (its.gate(x) - (x - 1)) - 2,
    "a changed input": lambda its, x: (x * (its.gate(x) / (x + 3))).transpose(2, 3),
}


@pytest.mark.parametrize("compute", CASES.values(), ids=CASES)
def test_a_written_forward_computes_the_same(compute: Forward) -> None:
    network = Gated(compute).eval()
    names = {"__file__": "model.py"}
    exec(write_source(network, FACTS), names)
    built = names["Network"]()  # type: ignore[operator]
    built.load_state_dict(network.state_dict())
    images = torch.randn(2, 3, 8, 8)
    with torch.no_grad():
        assert torch.equal(built(images), network(images))
