"""Each operation of programs, and its gradient, against torch in float64."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from rminas_sidecar.programs.buffers import Buffer
from rminas_sidecar.programs.graph import Graph
from rminas_sidecar.programs.operations import PIXEL, RECTIFIED, Shape, Window
from rminas_sidecar.programs.parameters import Norm, Parameters
from rminas_sidecar.programs.tape import Image, Total
from support.programs import Build, run_operations

Reference = Callable[..., Tensor]
"""From images and flat parameters to images, in torch."""
Case = tuple[Build, Reference]
EPSILON = 1e-5


def _normalise(x: Tensor, norm: Tensor | None = None) -> Tensor:
    weight, bias = (None, None) if norm is None else norm.chunk(2)
    return functional.batch_norm(x, None, None, weight, bias, training=True, eps=EPSILON)


def _convolve(x: Tensor, weight: Tensor, side: int, window: Window = PIXEL, groups: int = 1) -> Tensor:
    """A padded convolution with a weight in the layout of programs."""
    filters = weight.view(side, side, x.shape[1] // groups, -1).permute(3, 2, 0, 1)
    padding = window.dilation * (side // 2)
    x = x.relu() if window.rectifies else x
    return functional.conv2d(x, filters, None, window.stride, padding, window.dilation, groups)


def _depthwise(window: Window, norm: Norm = "none", *, of_normalised: bool = False) -> Case:
    def build(graph: Graph, parameters: Parameters, x: Image) -> Image:
        x = graph.normalisation(x, parameters.norm(x.shape.channels)) if of_normalised else x
        layer = parameters.depthwise(x.shape.channels, window.side, norm=norm)
        return graph.convolution("depthwise_convolution", x, layer, window)

    def reference(x: Tensor, *parameters: Tensor) -> Tensor:
        if of_normalised:
            x, parameters = _normalise(x, parameters[0]), parameters[1:]
        y = _convolve(x, parameters[0], window.side, window, groups=x.shape[1])
        return y if norm == "none" else _normalise(y, *parameters[1:])

    return build, reference


def _convolution(
    kind: str, outputs: int, window: Window, norm: Norm = "affine", *, of_normalised: bool = False
) -> Case:
    def build(graph: Graph, parameters: Parameters, x: Image) -> Image:
        x = graph.normalisation(x, None) if of_normalised else x
        layer = parameters.convolution(x.shape.channels, outputs, window.side, norm=norm)
        return graph.convolution(kind, x, layer, window)

    def reference(x: Tensor, weight: Tensor, *norms: Tensor) -> Tensor:
        y = _convolve(_normalise(x) if of_normalised else x, weight, window.side, window)
        return y if norm == "none" else _normalise(y, *norms)

    return build, reference


def _plain(of: Callable[[Graph, Image], Image], reference: Reference) -> Case:
    return lambda graph, _, x: of(graph, x), reference


def _average(x: Tensor, stride: int) -> Tensor:
    return functional.avg_pool2d(x, 3, stride, padding=1, count_include_pad=False)


def _activated(graph: Graph, parameters: Parameters, x: Image) -> Image:
    return graph.activation(x, parameters.norm(x.shape.channels))


def _summed(graph: Graph, parameters: Parameters, x: Image) -> Image:
    """Five terms: images, images that are not yet normalised, and a normalisation of zeros."""
    channels = x.shape.channels
    normalised, of_zeros = graph.normalisation(x, parameters.norm(channels)), parameters.norm(channels)
    return graph.sum([x, normalised, x, of_zeros, graph.pooling(x)], x.shape)


def _sum_of(x: Tensor, norm: Tensor, of_zeros: Tensor) -> Tensor:
    return 2 * x + _normalise(x, norm) + _average(x, 1) + of_zeros.chunk(2)[1].view(1, -1, 1, 1)


WIDE, DEEP = (2, 16, 9, 13), (3, 48, 4, 4)
CASES: dict[str, tuple[tuple[int, ...], Case]] = {
    "depthwise 3": (WIDE, _depthwise(Window(3))),
    "depthwise 5, rectified": (WIDE, _depthwise(Window(5, rectifies=True))),
    "depthwise 7": ((2, 8, 8, 8), _depthwise(Window(7, rectifies=True), "affine")),
    "depthwise 3, stride 2": (WIDE, _depthwise(Window(3, 2, rectifies=True))),
    "depthwise 5, stride 2, even": ((2, 80, 8, 8), _depthwise(Window(5, 2), "plain", of_normalised=True)),
    "depthwise 3, dilated": (WIDE, _depthwise(Window(3, dilation=2, rectifies=True))),
    "depthwise 5, dilated, stride 2": ((2, 16, 8, 8), _depthwise(Window(5, 2, 2, rectifies=True), "affine")),
    "depthwise 5 of normalised images": (DEEP, _depthwise(Window(5, rectifies=True), "plain", of_normalised=True)),
    "depthwise 5 in pieces of images": ((1, 16, 32, 24), _depthwise(Window(5, rectifies=True))),
    "depthwise 3, stride 2, in pieces of images": ((1, 16, 25, 32), _depthwise(Window(3, 2, rectifies=True))),
    "depthwise 3, stride 2, past the caches": ((8, 256, 32, 32), _depthwise(Window(3, 2), "plain", of_normalised=True)),
    "1 x 1": ((2, 16, 4, 4), _convolution("pointwise_convolution", 48, RECTIFIED)),
    "1 x 1, without normalisation": ((2, 48, 4, 4), _convolution("pointwise_convolution", 16, PIXEL, "none")),
    "1 x 1, narrow": ((2, 24, 4, 4), _convolution("pointwise_convolution", 8, RECTIFIED, "plain")),
    "1 x 1 of normalised images": (
        (2, 80, 8, 8),
        _convolution("pointwise_convolution", 112, RECTIFIED, "plain", of_normalised=True),
    ),
    "1 x 1 in parts": ((5, 16, 32, 32), _convolution("pointwise_convolution", 16, RECTIFIED)),
    "1 x 1, without zeros, 128": ((2, 80, 6, 8), _convolution("pointwise_convolution", 128, RECTIFIED)),
    "1 x 1, without zeros, 256": (
        (2, 80, 8, 8),
        _convolution("pointwise_convolution", 256, RECTIFIED, "plain", of_normalised=True),
    ),
    "1 x 1, past the caches": ((32, 16, 32, 32), _convolution("pointwise_convolution", 128, PIXEL, "plain")),
    "3 x 3": ((2, 16, 8, 8), _convolution("tiled_convolution", 32, Window(3, rectifies=True))),
    "3 x 3, narrow, two tiles at a time": (
        (3, 8, 12, 24),
        _convolution("tiled_convolution", 8, Window(3, rectifies=True)),
    ),
    "3 x 3, narrow, in parts": ((5, 8, 32, 32), _convolution("tiled_convolution", 8, Window(3, rectifies=True))),
    "3 x 3, narrow, three tiles in a row": (
        (2, 8, 8, 12),
        _convolution("tiled_convolution", 8, Window(3, rectifies=True)),
    ),
    "3 x 3, stride 2": ((2, 16, 8, 8), _convolution("strided_convolution", 32, Window(3, 2, rectifies=True))),
    "means": (WIDE, _plain(lambda graph, x: graph.pooling(x), lambda x: _average(x, 1))),
    "means, stride 2": (WIDE, _plain(lambda graph, x: graph.pooling(x, 2), lambda x: _average(x, 2))),
    "maxima": (WIDE, _plain(lambda graph, x: graph.maximum(x), lambda x: functional.max_pool2d(x, 3, 1, 1))),
    "maxima, stride 2": (
        WIDE,
        _plain(lambda graph, x: graph.maximum(x, 2), lambda x: functional.max_pool2d(x, 3, 2, 1)),
    ),
    "means of 2 x 2": (DEEP, _plain(lambda graph, x: graph.halving(x), lambda x: functional.avg_pool2d(x, 2))),
    "samples": (WIDE, _plain(lambda graph, x: graph.sampling(x), lambda x: x[:, :, ::2, ::2])),
    "later samples": (DEEP, _plain(lambda graph, x: graph.sampling(x, 1), lambda x: x[:, :, 1::2, 1::2])),
    "rectified samples of normalised images": (
        DEEP,
        _plain(
            lambda graph, x: graph.sampling(graph.normalisation(x, None), rectifies=True),
            lambda x: _normalise(x)[:, :, ::2, ::2].relu(),
        ),
    ),
    "rectified": (
        DEEP,
        _plain(lambda graph, x: graph.rectified(graph.normalisation(x, None)), lambda x: _normalise(x).relu()),
    ),
    "activation": (DEEP, (_activated, lambda x, norm: _normalise(x, norm).relu())),
    "sum": (DEEP, (_summed, _sum_of)),
    "concatenation": (
        DEEP,
        _plain(
            lambda graph, x: graph.concatenation([x, graph.pooling(x), graph.normalisation(graph.maximum(x), None)]),
            lambda x: torch.cat([x, _average(x, 1), _normalise(functional.max_pool2d(x, 3, 1, 1))], 1),
        ),
    ),
}


def _error(answer: Tensor, expected: Tensor) -> float:
    return float((answer - expected).norm() / (expected.norm() + 1e-9))


@pytest.mark.parametrize("name", CASES)
def test_operation_and_gradient_are_those_of_float64(name: str) -> None:
    shape, (build, reference) = CASES[name]
    torch.manual_seed(0)
    x, gradients = torch.randn(shape), []

    def upstream(of: tuple[int, ...]) -> Tensor:
        gradients.append(torch.randn(of))
        return gradients[0]

    answer = run_operations(build, x, upstream)
    exact = [tensor.requires_grad_() for tensor in (x.double(), *answer.parameters)]
    y = reference(*exact)
    expected = torch.autograd.grad(y, exact, gradients[0].double())
    assert _error(answer.y, y.detach()) < 2e-6
    for ours, theirs in zip((answer.x_gradient, *answer.gradients), expected, strict=True):
        assert _error(ours, theirs) < 1e-5


@pytest.mark.parametrize("kind", ["pointwise_convolution", "depthwise_convolution"])
@pytest.mark.parametrize("owned", [True, False])
def test_a_gradient_overwrites_the_one_that_it_reads_if_nothing_else_reads_that(kind: str, owned: bool) -> None:
    graph, parameters, arrived = Graph(8), Parameters(), list[Total]()
    shape = Shape(2, 8, 8, 8)
    x, arriving = Image(shape, Buffer(shape.floats)), Total(Buffer(shape.floats), owned)
    graph.on_gradient(x, arrived.append)
    depthwise = kind == "depthwise_convolution"
    layer = parameters.depthwise(8, 3) if depthwise else parameters.convolution(8, 8, norm="none")
    graph.convolution(kind, x, layer, Window(3 if depthwise else 1)).terms.append(arriving)
    graph.differentiate()
    assert (arrived[0].buffer is arriving.buffer) == owned
