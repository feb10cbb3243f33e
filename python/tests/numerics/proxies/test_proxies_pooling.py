"""Averages of the proxies' networks equal torch's to the last bit."""

import pytest
import torch
from torch import nn

from rminas_sidecar.networks import build_network
from rminas_sidecar.proxies.pooling import SameSizeAverage, hasten_averages
from rminas_sidecar.specification import NetworkSpecification

AVERAGE = nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False)


@pytest.mark.parametrize("shape", [(2, 3, 8, 8), (1, 1, 1, 1), (2, 5, 3, 7), (1, 2, 2, 1)])
def test_averages_and_their_gradients_equal_those_of_torch(shape: tuple[int, ...]) -> None:
    generator = torch.Generator().manual_seed(1)
    images = torch.randn(shape, generator=generator)
    gradient = torch.randn(shape, generator=generator)
    answers = []
    for layer in (AVERAGE, SameSizeAverage()):
        entering = images.clone().requires_grad_()
        answer = layer(entering)
        (first,) = torch.autograd.grad(answer, entering, gradient, create_graph=True)
        # A gradient of a gradient, as in grasp.
        (second,) = torch.autograd.grad((layer(entering) ** 2).sum(), entering, create_graph=True)
        (third,) = torch.autograd.grad(second.sum(), entering)
        answers.append((answer, first, second, third))
    for theirs, ours in zip(*answers, strict=True):
        assert torch.equal(theirs, ours)


def test_only_averages_that_keep_the_size_are_replaced() -> None:
    genotype = "|avg_pool_3x3~0|+|nor_conv_3x3~0|none~1|+|skip_connect~0|nor_conv_1x1~1|avg_pool_3x3~2|"
    size = NetworkSpecification(channels=4, cells=1, classes=10, resolution=8)
    network = hasten_averages(build_network("nas-bench-201", genotype, size))
    kinds = [type(layer) for layer in network.modules() if isinstance(layer, nn.AvgPool2d)]
    assert kinds.count(SameSizeAverage) == 6
    assert kinds.count(nn.AvgPool2d) == 2
