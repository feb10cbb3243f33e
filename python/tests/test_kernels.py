"""The compiled functions against torch in float64."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional

from rminas_sidecar.kernels import Kernels
from rminas_sidecar.kernels.sums import Term
from support.kernels import kernels_for

EPSILON = 1e-5


def _error(answer: Tensor, expected: Tensor) -> float:
    return float((answer - expected).norm() / expected.norm())


def _images(*shape: int, seed: int = 0) -> Tensor:
    images = torch.randn(shape, generator=torch.Generator().manual_seed(seed))
    return images.contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize(
    ("batch", "inputs", "outputs", "height", "width"),
    [
        (32, 16, 16, 32, 32),
        (3, 64, 64, 8, 8),
        (1, 16, 16, 4, 4),
        (5, 16, 48, 4, 12),
        (2, 32, 16, 16, 8),
        (16, 8, 8, 32, 32),
        (3, 24, 8, 4, 8),
    ],
)
@pytest.mark.parametrize("side", [1, 3])
@pytest.mark.parametrize("threads", [1, 3])
def test_convolution_and_normalisation(
    batch: int, inputs: int, outputs: int, height: int, width: int, side: int, threads: int
) -> None:
    kernels = kernels_for(math.gcd(inputs, outputs))
    images, weight = _images(batch, inputs, height, width), _images(outputs, inputs, side, side, seed=1)
    gradient, base = _images(batch, outputs, height, width, seed=2), _images(batch, inputs, height, width, seed=3)
    scale, shift = torch.linspace(-2, 2, outputs), torch.linspace(-1, 3, outputs)
    exact = [tensor.double().requires_grad_() for tensor in (images, weight, scale, shift)]
    convolved = functional.conv2d(exact[0].relu(), exact[1], padding=side // 2)
    normalised = functional.batch_norm(convolved, None, None, *exact[2:], training=True, eps=EPSILON)
    expected = torch.autograd.grad(normalised, exact, gradient.double())
    torch.set_num_threads(threads)
    try:
        assert kernels.convolutions.suits(images)
        answer, moments = kernels.convolutions.convolve(images, weight)
        statistics = kernels.normalisation.statistics(moments, answer[:, 0].numel(), scale, shift, EPSILON)
        total = kernels.sums.add([Term(answer, statistics[2], statistics[3])], answer)
        back = kernels.normalisation.gradient(answer, gradient, scale, statistics)
        image_gradient, weight_gradient = kernels.convolutions.gradients(images, weight, back, None)
        on_base, _ = kernels.convolutions.gradients(images, weight, back, base)
    finally:
        torch.set_num_threads(1)
    assert answer.is_contiguous(memory_format=torch.channels_last)
    assert _error(answer, convolved.detach()) < 1e-5
    assert _error(total, normalised.detach()) < 1e-5
    for ours, wanted in zip((image_gradient, weight_gradient, back.weight, back.bias), expected, strict=True):
        assert _error(ours, wanted) < 1e-4
    torch.testing.assert_close(on_base, base + image_gradient)
    assert torch.equal(answer, kernels.convolutions.convolve(images, weight.contiguous())[0])


def test_the_number_of_threads_changes_nothing(kernels: Kernels) -> None:
    images, weight, gradient = _images(32, 16, 32, 32), _images(16, 16, 3, 3, seed=1), _images(32, 16, 32, 32, seed=2)
    ones, answers = torch.ones(16), []
    for threads in (1, 2, 3):
        torch.set_num_threads(threads)
        try:
            convolved, moments = kernels.convolutions.convolve(images, weight)
            statistics = kernels.normalisation.statistics(moments, 32 * 32 * 32, ones, ones, EPSILON)
            back = kernels.normalisation.gradient(convolved, gradient, ones, statistics)
            answers.append((convolved, statistics, *kernels.convolutions.gradients(images, weight, back, None)))
        finally:
            torch.set_num_threads(1)
    for others in zip(*answers, strict=True):
        assert torch.equal(others[0], others[1]) and torch.equal(others[0], others[2])


def test_what_is_not_a_number_stays_so(kernels: Kernels) -> None:
    images, weight = _images(2, 16, 8, 8), _images(16, 16, 3, 3)
    images[0, 3, 4, 4] = torch.nan
    convolved, moments = kernels.convolutions.convolve(images, weight)
    assert convolved[0].isnan().any() and convolved[1].isfinite().all()
    assert kernels.normalisation.statistics(moments, 128, torch.ones(16), torch.ones(16), EPSILON).isnan().any()


def test_statistics_far_from_zero(kernels: Kernels) -> None:
    images = _images(32, 16, 16, 16).abs() + 300
    weight = torch.eye(16)[:, :, None, None].contiguous(memory_format=torch.channels_last)
    answer, moments = kernels.convolutions.convolve(images, weight)
    statistics = kernels.normalisation.statistics(moments, 32 * 256, torch.ones(16), torch.zeros(16), EPSILON)
    assert torch.equal(answer, images)
    exact = images.double()
    torch.testing.assert_close(statistics[0].double(), exact.mean((0, 2, 3)), rtol=1e-6, atol=0)
    torch.testing.assert_close(statistics[1].double(), exact.var((0, 2, 3), correction=0).rsqrt(), rtol=1e-3, atol=0)


def test_what_does_not_suit_the_convolution(kernels: Kernels) -> None:
    images = _images(2, 16, 8, 8)
    assert kernels.convolutions.suits(images)
    assert not kernels.convolutions.suits(images.double())
    assert not kernels.convolutions.suits(images.contiguous())
    assert not kernels.convolutions.suits(_images(2, 16, 6, 8))
    assert not kernels.convolutions.suits(_images(2, 16, 8, 10))
    assert not kernels.convolutions.suits(_images(2, 12, 8, 8))


def test_sums_of_images(kernels: Kernels) -> None:
    a, b, scale, shift = _images(2, 32, 4, 4), _images(2, 32, 4, 4, seed=1), torch.rand(32), torch.rand(32)
    of_channels = scale[:, None, None], shift[:, None, None]
    add = kernels.sums.add
    torch.testing.assert_close(add([Term(a), Term(b)], a), a + b)
    torch.testing.assert_close(add([Term(a, scale, shift), Term(b)], a), a * of_channels[0] + of_channels[1] + b)
    torch.testing.assert_close(
        add([Term(None, shift=shift), Term(b), Term(a, scale)], a), of_channels[1] + b + a * of_channels[0]
    )


@pytest.mark.parametrize("channels", [8, 16, 24, 64])
def test_there_are_functions_for_as_many_channels(channels: int) -> None:
    kernels = kernels_for(channels)
    assert channels % kernels.normalisation.lanes == 0
    assert kernels.normalisation.suits(_images(2, channels, 4, 4))


def test_of_other_numbers_of_channels_they_say_that_they_do_not_suit() -> None:
    assert not kernels_for(12).normalisation.suits(_images(2, 12, 4, 4))


@settings(max_examples=30, deadline=None)
@given(
    batch=st.integers(2, 9),
    eights=st.integers(1, 6),
    height=st.integers(3, 9),
    width=st.integers(2, 9),
    mean=st.sampled_from([0.0, 5.0, -300.0]),
)
def test_normalisation(batch: int, eights: int, height: int, width: int, mean: float) -> None:
    channels = 8 * eights
    kernels = kernels_for(channels)
    images, gradient = _images(batch, channels, height, width) + mean, _images(batch, channels, height, width, seed=1)
    weight, bias = torch.linspace(-2, 2, channels), torch.linspace(-1, 3, channels)
    exact = [tensor.double().requires_grad_() for tensor in (images, weight, bias)]
    exact_answer = functional.batch_norm(exact[0], None, None, *exact[1:], training=True, eps=EPSILON)
    exact_gradients = torch.autograd.grad(exact_answer, exact, gradient.double())
    assert kernels.normalisation.suits(images)
    answer, *statistics = kernels.normalisation.normalise(images, weight, bias, EPSILON)
    gradients = kernels.normalisation.gradients(images, gradient, weight, *statistics)
    # What float32 can tell apart around the mean, as a share of a deviation of 1.
    tolerance = 1e-5 + 1e-6 * abs(mean)
    torch.testing.assert_close(answer.double(), exact_answer.detach(), rtol=tolerance, atol=tolerance)
    for ours, expected in zip(gradients, exact_gradients, strict=True):
        scale = float(expected.abs().max()) or 1.0
        torch.testing.assert_close(ours.double(), expected, rtol=0, atol=20 * tolerance * scale + 1e-4 * tolerance)


def test_normalisation_of_what_does_not_vary(kernels: Kernels) -> None:
    images, ones = torch.full((2, 16, 4, 4), 7.0), torch.ones(16)
    answer, _, inverse = kernels.normalisation.normalise(images, ones, 3 * ones, EPSILON)
    assert torch.equal(answer, torch.full_like(answer, 3.0))
    torch.testing.assert_close(inverse, torch.full((16,), EPSILON**-0.5))


def test_normalisation_says_what_is_not_finite(kernels: Kernels) -> None:
    images = _images(2, 32, 4, 4)
    images[0, 3, 1, 1] = torch.inf
    answer, *_ = kernels.normalisation.normalise(images, torch.ones(32), torch.zeros(32), EPSILON)
    assert answer[:, 3].isnan().all()
    assert answer[:, :3].isfinite().all() and answer[:, 4:].isfinite().all()


@pytest.mark.parametrize("shape", [(4, 16, 8, 8), (2, 3, 1, 1), (1, 5, 1, 4), (3, 2, 5, 1), (2, 7, 2, 3)])
def test_average(kernels: Kernels, shape: tuple[int, ...]) -> None:
    images, gradient = _images(*shape).requires_grad_(), _images(*shape, seed=1)
    expected = functional.avg_pool2d(images, 3, stride=1, padding=1, count_include_pad=False)
    (expected_gradient,) = torch.autograd.grad(expected, images, gradient)
    torch.testing.assert_close(kernels.pooling.average(images.detach()), expected.detach(), rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(kernels.pooling.gradient(gradient), expected_gradient, rtol=1e-6, atol=1e-6)
