"""Proxies of a network's features, compared with loops and other decompositions."""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from rminas_sidecar.proxies import PROXIES, Context, measure, select
from rminas_sidecar.proxies.az_nas import block_features
from rminas_sidecar.proxies.proxy import StaticProxy

Make = Callable[..., Context]
_AZ = ("az-expressivity", "az-progressivity", "az-trainability")


def value(name: str, context: Context) -> float:
    proxy = PROXIES[name]
    assert isinstance(proxy, StaticProxy)
    return proxy.measure(context)


def answer(name: str, context: Context) -> Any:
    """As the protocol has it."""
    (found,) = measure(select([name], 1), context, lambda *_: None, lambda: None)["values"]
    return found["value"]


def test_naswot(context: Make, toy: Any) -> None:
    """Two kinds of rectifiers; the agreement of each two images is counted unit by unit."""

    def build() -> nn.Module:
        block = nn.Sequential(nn.Conv2d(2, 3, 1), nn.ReLU6(), nn.Conv2d(3, 2, 1), nn.Hardtanh())
        return toy(nn.Sequential(nn.Conv2d(3, 2, 1), nn.ReLU(inplace=True)), [block], 2, 3)

    measured = context(build, samples=3)
    (first, second, *_) = (
        (layer.weight.detach().numpy()[:, :, 0, 0], layer.bias.detach().numpy())
        for layer in measured.network().modules()
        if isinstance(layer, nn.Conv2d)
    )
    codes: list[list[bool]] = []
    for image in measured.images.numpy():
        code: list[bool] = []
        for pixel in image.reshape(3, -1).T:
            hidden = first[0] @ pixel + first[1]
            code += [number > 0 for number in hidden]
            code += [number > 0 for number in second[0] @ np.maximum(hidden, 0) + second[1]]
        codes.append(code)
    agreement = [[sum(a == b for a, b in zip(one, other, strict=True)) for other in codes] for one in codes]
    assert value("naswot", measured) == pytest.approx(math.log(_determinant(agreement)), rel=1e-9)


def _determinant(matrix: list[list[int]]) -> int:
    (a, b, c), (d, e, f), (g, h, i) = matrix
    return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)


def test_images_that_look_alike_to_all_rectifiers_have_no_naswot(context: Make, toy: Any) -> None:
    assert answer("naswot", context(lambda: toy(nn.Conv2d(3, 2, 1), [nn.Identity()], 2, 3))) is None


@pytest.fixture
def linear(toy: Any) -> Callable[[], nn.Module]:
    """Blocks whose Jacobians are their convolutions; the second halves the resolution."""
    blocks = (lambda: nn.Conv2d(2, 2, 3, padding=1), lambda: nn.Conv2d(2, 3, 3, stride=2, padding=1))
    return lambda: toy(nn.Conv2d(3, 2, 1), [block() for block in blocks], 3, 3)


def entropy(features: Tensor) -> float:
    """Of the shares of the principal components, by the singular values of the pixels."""
    pixels = [features[n, :, i, j].numpy() for n in range(len(features)) for i, j in np.ndindex(*features.shape[2:])]
    variances = np.linalg.svd(np.array(pixels) - np.mean(pixels, 0), compute_uv=False) ** 2
    return -sum(part * math.log(part + 1e-8) for part in (variances / variances.sum()).tolist())


def test_expressivity_and_progressivity(context: Make, linear: Any) -> None:
    measured = context(linear)
    features = [it.detach() for it in block_features(measured)]
    assert [tuple(it.shape[1:]) for it in features] == [(2, 4, 4), (2, 4, 4), (3, 2, 2)]
    expected = [entropy(it) for it in features]
    assert value("az-expressivity", measured) == pytest.approx(sum(expected), rel=1e-9)
    gains = [after - before for before, after in pairwise(expected)]
    assert value("az-progressivity", measured) == pytest.approx(min(gains), rel=1e-9)


def test_the_features_are_those_of_kaimings_weights_and_noise(context: Make, toy: Any) -> None:
    """The stem's outputs have the variance 2 of Kaiming's weights on normal numbers, for any images."""
    measured = context(lambda: toy(nn.Conv2d(3, 64, 3), [nn.Conv2d(64, 2, 1)], 2, 3), samples=16, side=16)
    stem, _ = block_features(measured)
    assert stem.var().item() == pytest.approx(2, rel=0.1)
    assert abs(stem.mean().item()) < 0.1


def signs_for(measured: Context, features: Sequence[Tensor]) -> list[np.ndarray[Any, Any]]:
    generator = measured.generator("az-nas signs")
    return [(2.0 * torch.randint(2, it.shape, generator=generator) - 1).numpy() for it in features[1:]]


def test_trainability(context: Make, linear: Any) -> None:
    """The gradient of a convolution in loops, and the largest singular value as a root of an eigenvalue."""
    measured = context(linear, samples=2)
    features = [it.detach() for it in block_features(measured)]
    generator = measured.generator("az-nas weights")
    drawn = []
    for layer in measured.network().modules():
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            fan = layer.weight[0].numel()
            drawn.append(torch.randn(layer.weight.shape, generator=generator).double().numpy() * math.sqrt(2 / fan))
    scores = []
    blocks = zip(drawn[1:3], (1, 2), features[:2], signs_for(measured, features), strict=True)
    for kernel, stride, entering, signs in blocks:
        returned = np.zeros(entering.shape)
        for n, out, row, column in np.ndindex(signs.shape):
            for channel, i, j in np.ndindex(kernel.shape[1:]):
                y, x = stride * row + i - 1, stride * column + j - 1
                if 0 <= y < entering.shape[2] and 0 <= x < entering.shape[3]:
                    returned[n, channel, y, x] += kernel[out, channel, i, j] * signs[n, out, row, column]
        outer = np.zeros((entering.shape[1] * stride**2, signs.shape[1]))
        for n, row, column in np.ndindex(len(signs), *signs.shape[2:]):
            square = returned[n, :, stride * row : stride * (row + 1), stride * column : stride * (column + 1)]
            outer += np.outer(square.flatten(), signs[n, :, row, column])
        outer /= signs[:, 0].size
        largest = math.sqrt(max(np.linalg.eigvalsh(outer.T @ outer)))
        scores.append(-largest - 1 / (largest + 1e-6) + 2)
    assert value("az-trainability", measured) == pytest.approx(np.mean(scores), rel=1e-6)


class Handing(nn.Module):
    """Hands its input on: as it is, or as a step of its own."""

    def __init__(self, as_it_is: bool) -> None:
        super().__init__()
        self._as_it_is = as_it_is

    def forward(self, x: Tensor) -> Tensor:
        return x if self._as_it_is else x.view_as(x)


def test_a_block_that_hands_gradients_on_has_no_trainability(context: Make, toy: Any) -> None:
    measured = context(lambda: toy(nn.Conv2d(3, 2, 1), [Handing(False), nn.Conv2d(2, 2, 3)], 2, 3))
    assert value("az-trainability", measured) == -math.inf
    assert answer("az-trainability", measured) is None


@pytest.mark.parametrize("name", _AZ)
def test_a_block_that_hands_on_what_it_was_given_is_none(name: str, context: Make, toy: Any) -> None:
    def build(*handing: nn.Module) -> nn.Module:
        return toy(nn.Conv2d(3, 2, 1), [*handing, nn.Conv2d(2, 2, 3, padding=1), *handing, nn.Conv2d(2, 2, 1)], 2, 3)

    first, second = context(build), context(lambda: build(Handing(True)))
    assert value(name, first) == value(name, second)
    assert math.isfinite(value(name, first))


def test_a_network_without_blocks_is_looked_at_by_its_stages(context: Make) -> None:
    class Plain(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = nn.ParameterList()
            self.first, self.second = nn.Conv2d(3, 2, 1), nn.Conv2d(2, 2, 3)

        def forward(self, images: Tensor) -> tuple[list[Tensor], Tensor]:
            first = self.first(images)
            second = self.second(first)
            return [first, second], second.mean((2, 3))

    measured = context(Plain)
    features = [it.detach() for it in block_features(measured)]
    assert len(features) == 2
    assert value("az-expressivity", measured) == pytest.approx(sum(map(entropy, features)), rel=1e-9)


@pytest.mark.parametrize("side", [5, 6, 7, 9])
def test_a_resolution_that_does_not_divide_is_no_obstacle(side: int, context: Make, linear: Any) -> None:
    assert isinstance(answer("az-trainability", context(linear, side=side)), float)


@pytest.mark.parametrize("name", _AZ)
def test_features_that_tell_nothing_apart_have_no_value(name: str, context: Make, toy: Any) -> None:
    class Zeros(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return torch.zeros_like(x)

    measured = context(lambda: toy(nn.Conv2d(3, 2, 1), [Zeros(), nn.Conv2d(2, 2, 1)], 2, 3))
    if name == "az-trainability":
        # Nothing comes back through the first block.
        assert value(name, measured) < -1e5
    else:
        assert answer(name, measured) is None


def test_zen(context: Make, toy: Any) -> None:
    """Its networks have the weights and noise that the generators draw; the arithmetic is NumPy's."""

    def build() -> nn.Module:
        return toy(nn.Conv2d(3, 2, 1), [nn.Sequential(nn.BatchNorm2d(2), nn.ReLU())], 2, 3)

    measured = context(build)
    draws = measured.generator("zen weights")
    weight = torch.randn((2, 3, 1, 1), generator=draws).numpy()[:, :, 0, 0].astype(np.float64)
    noise = measured.generator("zen images")
    first, second = (torch.randn((4, 3, 4, 4), generator=noise).numpy().astype(np.float64) for _ in range(2))
    maps, running = [], np.ones(2)
    for images in (first, first + 0.01 * second):
        convolved = np.einsum("oc,nchw->nohw", weight, images)
        variance = convolved.var((0, 2, 3))
        running = 0.9 * running + 0.1 * convolved.var((0, 2, 3), ddof=1)
        centred = convolved - convolved.mean((0, 2, 3))[:, None, None]
        maps.append(np.maximum(centred / np.sqrt(variance + 1e-5)[:, None, None], 0))
    change = np.abs(maps[1] - maps[0]).sum((1, 2, 3)).mean()
    expected = math.log(change) + 0.5 * math.log(running.mean())
    assert value("zen", measured) == pytest.approx(expected, rel=1e-6)
