"""Fast networks are the plain ones: in float64 to the last digits, in float32 as close as float32 lets anything be."""

from collections.abc import Callable
from typing import NamedTuple

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from rminas_sidecar.evaluation.trainer import train_on_batch
from rminas_sidecar.kernels import find_kernels
from rminas_sidecar.networks import build_network
from rminas_sidecar.networks.fast import REPLACEMENTS, accelerate, accelerate_on_cuda
from rminas_sidecar.networks.fast.patches import PatchConvolution
from rminas_sidecar.networks.nas_bench_201 import EXAMPLE, OPERATIONS
from rminas_sidecar.objective.observation import TrainingBatch, observe
from rminas_sidecar.objective.rmi import RepresentationLoss
from rminas_sidecar.specification import NetworkSpecification
from support.optimizers import SGD
from support.rounding import change_by_a_rounding, largest_difference

BETA = 0.8
genotypes = st.tuples(*[st.sampled_from(OPERATIONS)] * 6).map(
    lambda ops: "|{}~0|+|{}~0|{}~1|+|{}~0|{}~1|{}~2|".format(*ops)
)
# One of each kind: all convolutions, poolings, both; a node of zeros that is convolved; what is only carried.
ARCHITECTURES = [
    EXAMPLE,
    "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|nor_conv_3x3~0|nor_conv_3x3~1|nor_conv_3x3~2|",
    "|avg_pool_3x3~0|+|skip_connect~0|avg_pool_3x3~1|+|avg_pool_3x3~0|skip_connect~1|avg_pool_3x3~2|",
    "|nor_conv_1x1~0|+|avg_pool_3x3~0|nor_conv_3x3~1|+|nor_conv_1x1~0|avg_pool_3x3~1|nor_conv_1x1~2|",
    "|none~0|+|nor_conv_3x3~0|nor_conv_1x1~1|+|avg_pool_3x3~0|nor_conv_3x3~1|skip_connect~2|",
    "|skip_connect~0|+|none~0|skip_connect~1|+|none~0|none~1|skip_connect~2|",
]
DARTS = (
    "Genotype(normal=[('sep_conv_3x3', 0), ('avg_pool_3x3', 1), ('max_pool_3x3', 0), ('dil_conv_3x3', 1), "
    "('avg_pool_3x3', 1), ('skip_connect', 0), ('skip_connect', 0), ('dil_conv_5x5', 2)], normal_concat=[2, 3, 4, 5], "
    "reduce=[('max_pool_3x3', 0), ('avg_pool_3x3', 1), ('skip_connect', 2), ('max_pool_3x3', 1), ('max_pool_3x3', 0), "
    "('skip_connect', 2), ('skip_connect', 2), ('sep_conv_5x5', 1)], reduce_concat=[2, 3, 4, 5])"
)


class Step(NamedTuple):
    loss: Tensor
    gradient: Tensor


def _network(space: str, genotype: str, size: NetworkSpecification, dtype: torch.dtype = torch.float32) -> nn.Module:
    torch.manual_seed(3)
    return build_network(space, genotype, size).to(dtype).train()


def _batch(samples: int, side: int, dtype: torch.dtype = torch.float64) -> TrainingBatch:
    generator = torch.Generator().manual_seed(5)
    teacher = [torch.randn(samples, 40, generator=generator).relu() for _ in range(3)]
    images = torch.randn(samples, 3, side, side, generator=generator)
    labels = torch.randint(10, (samples,), generator=generator)
    return TrainingBatch(images.to(dtype), labels, RepresentationLoss([stage.to(dtype) for stage in teacher]))


def _channels_last(batch: TrainingBatch) -> TrainingBatch:
    return TrainingBatch(batch.images.contiguous(memory_format=torch.channels_last), batch.labels, batch.representation)


def _step(network: nn.Module, batch: TrainingBatch) -> Step:
    loss = observe(network, batch, BETA).loss
    gradients = torch.autograd.grad(loss, list(network.parameters()), allow_unused=True, materialize_grads=True)
    return Step(loss.detach(), torch.cat([gradient.flatten() for gradient in gradients]))


def _error(value: Tensor, exact: Tensor) -> float:
    return float((value.double() - exact).norm() / exact.norm())


@settings(max_examples=40, deadline=None)
@given(genotypes)
def test_any_cell_is_the_same_function(genotype: str) -> None:
    size = NetworkSpecification(channels=3, cells=1, classes=10, resolution=8)
    batch = _batch(4, 8)
    plain = _step(_network("nas-bench-201", genotype, size, torch.float64), batch)
    network = accelerate(_network("nas-bench-201", genotype, size, torch.float64))
    fast = _step(network, _channels_last(batch))
    torch.testing.assert_close(fast.loss, plain.loss, rtol=1e-10, atol=0, equal_nan=True)
    # The gradient of no loss is nowhere used.
    if plain.loss.isfinite():
        torch.testing.assert_close(fast.gradient, plain.gradient, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize(
    ("space", "genotype", "size"),
    [
        ("darts", DARTS, NetworkSpecification(channels=4, cells=3, classes=10, resolution=32)),
        ("nas-bench-macro", "01201201", NetworkSpecification(channels=8, cells=8, classes=10, resolution=32)),
    ],
)
def test_other_spaces_are_the_same_functions(space: str, genotype: str, size: NetworkSpecification) -> None:
    batch = _batch(4, size.resolution)
    plain = _step(_network(space, genotype, size, torch.float64), batch)
    fast = _step(accelerate(_network(space, genotype, size, torch.float64)), _channels_last(batch))
    torch.testing.assert_close(fast.loss, plain.loss, rtol=1e-10, atol=0)
    assert _error(fast.gradient, plain.gradient) < 1e-8


@pytest.mark.parametrize("name", [None, *REPLACEMENTS])
@pytest.mark.parametrize("genotype", ARCHITECTURES)
def test_float32_rounds_and_does_nothing_else(genotype: str, name: str | None) -> None:
    """With all replacements, and with each alone; the paper's channels, so that the compiled functions are used."""
    size = NetworkSpecification(channels=16, cells=1, classes=10, resolution=16)
    exact_batch, batch = _batch(8, 16), _batch(8, 16, torch.float32)
    exact = _step(_network("nas-bench-201", genotype, size, torch.float64), exact_batch)
    replacements = REPLACEMENTS if name is None else {name: REPLACEMENTS[name]}
    fast = _step(accelerate(_network("nas-bench-201", genotype, size), replacements), _channels_last(batch))
    assert _error(fast.loss, exact.loss) < 1e-6
    # One number that is rectified on the other side of zero is worth a hundredth of so small a batch's gradient.
    assert _error(fast.gradient, exact.gradient) < 0.05


@pytest.mark.parametrize("genotype", ARCHITECTURES)
def test_eight_steps_stay_within_a_thousandth_of_the_plain_loop(genotype: str) -> None:
    """Or within what the plain loop makes of a change of its weights by one rounding, where that is more."""
    size = NetworkSpecification(channels=16, cells=1, classes=10, resolution=32)
    batch = _batch(16, 32, torch.float32)

    def curve(prepare: Callable[[nn.Module], nn.Module], samples: TrainingBatch = batch) -> list[float]:
        network = prepare(_network("nas-bench-201", genotype, size))
        losses: list[float] = train_on_batch(network, samples, SGD, 9, BETA)["curve"]
        return losses

    plain = curve(lambda network: network)
    fast = curve(accelerate, _channels_last(batch))
    rounded = curve(change_by_a_rounding)
    differences, chaos = (largest_difference(losses, plain) for losses in (fast, rounded))
    assert plain[-1] < plain[0]
    assert differences < max(1e-3, 10 * chaos), (differences, chaos)


def test_parameters_are_the_same_ones_in_the_same_order() -> None:
    network = _network("nas-bench-201", EXAMPLE, NetworkSpecification(16, 1, 10, 16))
    before = list(network.parameters())
    after = list(accelerate(network).parameters())
    assert [id(parameter) for parameter in after] == [id(parameter) for parameter in before]


def test_running_statistics_are_gone() -> None:
    network = accelerate(_network("nas-bench-201", EXAMPLE, NetworkSpecification(16, 1, 10, 16)))
    left = [name for name, _ in network.named_buffers() if ".cell." not in name]
    assert left == []


def test_every_layer_that_can_be_replaced_is() -> None:
    genotype = "|avg_pool_3x3~0|+|nor_conv_3x3~0|nor_conv_1x1~1|+|skip_connect~0|none~1|nor_conv_3x3~2|"
    network = accelerate(_network("nas-bench-201", genotype, NetworkSpecification(16, 1, 10, 16)))
    kinds = {type(module).__name__ for module in network.modules()}
    assert {"FastCell", "FastNorm", "FastAverage"} <= kinds
    if find_kernels():
        assert [type(cell).__name__ for cell in network.cells] == ["FusedCell", "FusedReduction"] * 2 + ["FusedCell"]
    assert "BatchNorm2d" not in kinds
    # Of stride 2 in the reductions, which are left to torch.
    assert [module.kernel_size for module in network.modules() if isinstance(module, nn.AvgPool2d)] == [2, 2]


@settings(max_examples=25, deadline=None)
@given(genotypes, st.integers(min_value=1, max_value=18))
def test_any_cell_is_the_same_function_with_what_is_for_cuda(genotype: str, channels: int) -> None:
    size = NetworkSpecification(channels=channels, cells=1, classes=10, resolution=8)
    batch = _batch(4, 8)
    plain = _step(_network("nas-bench-201", genotype, size, torch.float64), batch)
    fast = _step(accelerate_on_cuda(_network("nas-bench-201", genotype, size, torch.float64)), batch)
    torch.testing.assert_close(fast.loss, plain.loss, rtol=1e-10, atol=0, equal_nan=True)
    if plain.loss.isfinite():
        torch.testing.assert_close(fast.gradient, plain.gradient, rtol=1e-6, atol=1e-8)


def test_what_is_for_cuda_leaves_parameters_and_their_order() -> None:
    network = _network("nas-bench-201", EXAMPLE, NetworkSpecification(16, 1, 10, 16))
    before = list(network.parameters())
    after = list(accelerate_on_cuda(network).parameters())
    assert [id(parameter) for parameter in before] == [id(parameter) for parameter in after]
    patches = [layer for layer in network.modules() if isinstance(layer, PatchConvolution)]
    # The stem, and five convolutions of the first stage; those of more channels are torch's.
    assert len(patches) == 6


def test_patch_convolutions_leave_bf16_to_torch() -> None:
    torch.manual_seed(2)
    convolution = nn.Conv2d(3, 4, 3, padding=1, bias=False)
    images = torch.randn(2, 3, 6, 6)
    with torch.autocast("cpu", torch.bfloat16):
        answer = PatchConvolution(convolution)(images)
        assert answer.dtype == torch.bfloat16
        assert torch.equal(answer, convolution(images))
