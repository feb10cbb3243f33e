"""Proxies of gradients, compared with finite differences, so that no expected value uses torch's derivatives."""

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from rminas_sidecar.proxies import PROXIES, Context
from rminas_sidecar.proxies.proxy import StaticProxy

Make = Callable[..., Context]
_STEP = 1e-5


def measure(name: str, context: Context) -> float:
    proxy = PROXIES[name]
    assert isinstance(proxy, StaticProxy)
    return proxy.measure(context)


def slopes(function: Callable[[], float], numbers: Tensor) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The function's derivative by each of the numbers, which it reads: central differences."""
    flat = numbers.detach().view(-1)
    found = np.zeros(len(flat))
    for index in range(len(flat)):
        before = flat[index].item()
        values = []
        for step in (_STEP, -_STEP):
            flat[index] = before + step
            values.append(function())
        flat[index] = before
        found[index] = (values[0] - values[1]) / (2 * _STEP)
    return found


def cross_entropy(network: nn.Module, images: Tensor, labels: Tensor) -> float:
    with torch.no_grad():
        logits = network(images)[1].numpy()
    return float(
        np.mean([np.log(np.exp(row).sum()) - row[label] for row, label in zip(logits, labels.tolist(), strict=True)])
    )


def weights(network: nn.Module) -> Iterator[Tensor]:
    for name, parameter in network.named_parameters():
        if name.endswith("weight") and parameter.dim() > 1:
            yield parameter


@pytest.fixture
def smooth(toy: Any) -> Callable[[], nn.Module]:
    """Convolutions, a normalisation by the batch, and a smooth activation, whose differences are exact enough."""
    return lambda: toy(
        nn.Conv2d(3, 2, 3, padding=1),
        [nn.Sequential(nn.BatchNorm2d(2), nn.Tanh(), nn.Conv2d(2, 2, 1)), nn.Sequential(nn.Tanh(), nn.Conv2d(2, 3, 3))],
        3,
        3,
    )


def test_grad_norm(context: Make, smooth: Any) -> None:
    measured = context(smooth)
    network = measured.network()
    loss = lambda: cross_entropy(network, measured.images, measured.labels)  # noqa: E731
    expected = sum(math.sqrt(sum(slope**2 for slope in slopes(loss, weight))) for weight in weights(network))
    assert measure("grad-norm", measured) == pytest.approx(expected, rel=1e-6)


def test_snip(context: Make, smooth: Any) -> None:
    """By the derivative of the loss by a factor at each weight, as Lee et al. define it."""
    measured = context(smooth)
    network = measured.network()
    expected = 0.0
    for weight in weights(network):
        whole, factors = weight.detach().clone(), torch.ones_like(weight)

        def loss(weight: Tensor = weight, whole: Tensor = whole, factors: Tensor = factors) -> float:
            weight.data.copy_(whole * factors)
            return cross_entropy(network, measured.images, measured.labels)

        expected += np.abs(slopes(loss, factors)).sum()
        weight.data.copy_(whole)
    assert measure("snip", measured) == pytest.approx(expected, rel=1e-6)


def test_plain(context: Make, smooth: Any) -> None:
    measured = context(smooth)
    network = measured.network()
    loss = lambda: cross_entropy(network, measured.images, measured.labels)  # noqa: E731
    expected = 0.0
    for weight in weights(network):
        expected += float((slopes(loss, weight) * weight.detach().numpy().ravel()).sum())
    assert measure("plain", measured) == pytest.approx(expected, rel=1e-6)


def test_grasp(context: Make, smooth: Any) -> None:
    """H g is the change of the gradient along itself."""
    measured = context(smooth)
    network = measured.network()
    layers = list(weights(network))

    def gradients() -> list[np.ndarray[Any, np.dtype[np.float64]]]:
        loss = lambda: cross_entropy(network, measured.images, measured.labels)  # noqa: E731
        return [slopes(loss, weight) for weight in layers]

    along, initial = gradients(), [weight.detach().clone() for weight in layers]
    sides = []
    for step in (1e-3, -1e-3):
        for weight, start, direction in zip(layers, initial, along, strict=True):
            weight.data.copy_(start + step * torch.from_numpy(direction).view_as(start))
        sides.append(gradients())
    products = [(plus - minus) / 2e-3 for plus, minus in zip(*sides, strict=True)]
    expected = -sum(float((w.numpy().ravel() * p).sum()) for w, p in zip(initial, products, strict=True))
    assert measure("grasp", measured) == pytest.approx(expected, rel=1e-4)


def test_fisher_by_shifting_each_output(context: Make, toy: Any) -> None:
    """The derivative by a factor at one image's channel is the sum of activation × gradient over its positions."""
    measured = context(lambda: toy(nn.Conv2d(3, 2, 3, padding=1), [nn.Sequential(nn.Tanh(), nn.Conv2d(2, 3, 1))], 3, 3))
    network = measured.network()
    expected = 0.0
    for layer in (network.stem, network.blocks[0][1], network.classifier):
        channels = layer.weight.shape[0]
        factors = torch.ones(4, channels, dtype=torch.float64)

        def scale(_layer: nn.Module, _inputs: Any, output: Tensor, factors: Tensor = factors) -> Tensor:
            return output * (factors if output.dim() == 2 else factors[:, :, None, None])

        hook = layer.register_forward_hook(scale)
        loss = lambda: cross_entropy(network, measured.images, measured.labels)  # noqa: E731
        sums = slopes(loss, factors).reshape(4, channels)
        hook.remove()
        expected += float((sums**2).mean(0).sum()) / 2 * layer.weight[0].numel()
    assert measure("fisher", measured) == pytest.approx(expected, rel=1e-6)


def test_l2_norm(context: Make, smooth: Any) -> None:
    measured = context(smooth)
    expected = sum(math.sqrt(float((weight.detach() ** 2).sum())) for weight in weights(measured.network()))
    assert measure("l2-norm", measured) == pytest.approx(expected, rel=1e-12)


def test_zico(context: Make, smooth: Any) -> None:
    measured = context(smooth, samples=5)
    network = measured.network()
    expected = 0.0
    for weight in weights(network):
        halves = []
        # Of five samples the first half has the odd one.
        for half in (slice(0, 3), slice(3, 5)):
            images, labels = measured.images[half], measured.labels[half]
            halves.append(slopes(lambda images=images, labels=labels: cross_entropy(network, images, labels), weight))
        ratios = [(abs(a) + abs(b)) / 2 / (abs(a - b) / 2) for a, b in zip(*halves, strict=True)]
        expected += math.log(sum(ratios))
    assert measure("zico", measured) == pytest.approx(expected, rel=1e-4)


def test_zico_needs_two_samples(context: Make, smooth: Any) -> None:
    assert math.isnan(measure("zico", context(smooth, samples=1)))


def test_jacob_cov(context: Make, smooth: Any) -> None:
    measured = context(smooth, samples=3)
    network, images = measured.network(), measured.images.clone()

    def answers() -> float:
        with torch.no_grad():
            return float(network(images)[1].sum())

    rows = slopes(answers, images).reshape(3, -1)
    rows = rows - rows.mean(1, keepdims=True)
    rows = rows / np.sqrt((rows**2).sum(1, keepdims=True))
    eigenvalues = np.linalg.eigvals(rows @ rows.T).real
    expected = -sum(math.log(value + 1e-5) + 1 / (value + 1e-5) for value in eigenvalues)
    assert measure("jacob-cov", measured) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("classes", [3, 101])
def test_epe_nas(classes: int, context: Make, toy: Any) -> None:
    """Of five images two classes have two and one has one."""
    build = lambda: toy(nn.Conv2d(3, 2, 3), [nn.Sequential(nn.BatchNorm2d(2), nn.Tanh())], 2, classes)  # noqa: E731
    measured = context(build, samples=5)
    network, images = measured.network(), measured.images.clone()

    def answers() -> float:
        with torch.no_grad():
            return float(network(images)[1].sum())

    rows = slopes(answers, images).reshape(5, -1)
    of_class = [float(np.log(np.abs(np.corrcoef(rows[members])) + 1e-5).sum()) for members in ([0, 3], [1, 4], [2])]
    expected = sum(abs(value) for value in of_class)
    if classes > 100:
        first, second = of_class[0] / 2, of_class[1] / 2
        expected = 2 * abs(first - second) / 2
    assert measure("epe-nas", measured) == pytest.approx(expected, rel=1e-5)


def test_synflow_by_scaling_one_layer_after_the_other(context: Make, toy: Any) -> None:
    """On no path does a layer lie twice, so the answer grows in a straight line with each layer's weights."""

    def build() -> nn.Module:
        block = nn.Sequential(nn.ReLU(), nn.Conv2d(2, 3, 3, padding=1), nn.BatchNorm2d(3))
        return toy(nn.Sequential(nn.Conv2d(3, 2, 3, bias=False), nn.BatchNorm2d(2)), [block], 3, 3)

    measured = context(build)
    stem, block, classifier = (value.abs().detach().numpy() for value in weights(measured.network()))
    biases = [value.abs().detach().numpy() for name, value in measured.network().named_parameters() if "bias" in name]
    block_bias, classifier_bias = biases[1], biases[3]

    def answer(stem_factor: float = 1.0, block_factor: float = 1.0, classifier_factor: float = 1.0) -> float:
        """In loops: of an image of ones, the stem's pixels are all equal, and all is positive."""
        entered = [stem_factor * stem[channel].sum() for channel in range(2)]
        total = classifier_bias.sum()
        for channel in range(3):
            pixels = []
            for row in range(2):
                for column in range(2):
                    reached = [(i, j) for i in range(3) for j in range(3) if {row + i - 1, column + j - 1} <= {0, 1}]
                    carried = sum(entered[c] * block[channel, c, i, j] for c in range(2) for i, j in reached)
                    pixels.append(block_factor * carried + block_bias[channel])
            total += classifier_factor * classifier[:, channel].sum() * np.mean(pixels)
        return float(total)

    expected = sum(answer(**{f"{layer}_factor": 2.0}) - answer() for layer in ("stem", "block", "classifier"))
    assert measure("synflow", measured) == pytest.approx(expected, rel=1e-12)


class Unused(nn.Module):
    """Has weights, and returns its input unchanged."""

    def __init__(self) -> None:
        super().__init__()
        self.weights = nn.Conv2d(3, 3, 1)

    def forward(self, x: Tensor) -> Tensor:
        return x


@pytest.mark.parametrize("name", ["grad-norm", "snip", "fisher", "zico", "synflow"])
def test_layers_that_no_gradient_reaches_do_not_count(name: str, context: Make, toy: Any) -> None:
    def build(blocks: list[nn.Module]) -> nn.Module:
        network = toy(nn.Conv2d(3, 3, 1), blocks, 3, 3)
        torch.manual_seed(6)
        network.classifier.reset_parameters()
        return network

    without, with_unused = (context(lambda blocks=blocks: build(blocks)) for blocks in ([], [Unused()]))
    assert measure(name, with_unused) == measure(name, without) > 0
