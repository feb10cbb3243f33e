"""Golden numbers in float64, and one float32 step from each golden state.

Training on one small batch multiplies a difference of one rounding by up to 100,000 within eight steps. Float32 losses
after the first therefore depend on the processor. In float64 the same steps agree between processors, and one float32
step from a float64 state stays close to the float64 step.
"""

import functools
import json
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from rminas_sidecar.evaluation.sgd import Sgd
from rminas_sidecar.evaluation.training import EagerTraining
from rminas_sidecar.networks import build_network
from rminas_sidecar.objective.observation import TrainingBatch, observe
from rminas_sidecar.objective.rmi import RepresentationLoss
from rminas_sidecar.specification import NetworkSpecification, OptimizerSpecification

GOLDEN = Path(__file__).parents[1] / "fixtures" / "golden"
_FLOAT32_EPSILON = 2.0**-23


class Trace(NamedTuple):
    """What an original network answered in float64, before and while it was trained on the golden batch."""

    space: str
    genotype: str
    size: NetworkSpecification
    seed: int
    """Draws the initial weights: of torch where `state` names a file, else of :func:`draw_weights`."""
    state: str | None
    samples: int
    optimizer: OptimizerSpecification
    beta: float
    logits: list[list[float]]
    feature_shapes: list[list[int]]
    feature_norms: list[float]
    gradient_norm: float
    losses: list[float]
    """Before each step."""

    def build(self) -> nn.Module:
        """Our network with the initial weights, in float32 and training mode."""
        return self.load(build_network(self.space, self.genotype, self.size))

    def load(self, network: nn.Module) -> nn.Module:
        """The network, of our parameter names, with the initial weights."""
        if self.state is None:
            draw_weights(network, self.seed)
        else:
            network.load_state_dict(read_arrays(self.state))
        return network.train()

    def batch(self, dtype: torch.dtype) -> TrainingBatch:
        """The samples that the network was trained on, with the teacher's features, in one precision."""
        images, labels, teacher = golden_samples(self.samples, self.size.resolution, dtype)
        return TrainingBatch(images, labels, RepresentationLoss(teacher))


def read_traces() -> list[Trace]:
    """All golden traces."""
    return [
        Trace(
            **{
                **trace,
                "size": NetworkSpecification(**trace["size"]),
                "optimizer": OptimizerSpecification(**trace["optimizer"]),
            }
        )
        for trace in json.loads((GOLDEN / "traces.json").read_text())["traces"]
    ]


def read_arrays(name: str) -> dict[str, Tensor]:
    """A golden .npz file as tensors; float16 becomes float32."""
    with np.load(GOLDEN / name) as arrays:
        tensors = {key: torch.from_numpy(np.array(arrays[key])) for key in arrays.files}
    return {key: value.float() if value.dtype == torch.float16 else value for key, value in tensors.items()}


def golden_samples(samples: int, side: int, dtype: torch.dtype) -> tuple[Tensor, Tensor, list[Tensor]]:
    """The first samples of the golden batch: images, labels, and the teacher's features of three stages.

    Args:
        side: of the images, a multiple of 32: the golden images have 32 pixels, which are repeated.
    """
    arrays = _read_batch()
    images = arrays["x"][:samples].to(dtype).repeat_interleave(side // 32, 2).repeat_interleave(side // 32, 3)
    return images, arrays["y"][:samples], [arrays[f"teacher_{stage}"][:samples].to(dtype) for stage in range(3)]


@functools.cache
def _read_batch() -> dict[str, Tensor]:
    return read_arrays("batch.npz")


def draw_weights(network: nn.Module, seed: int) -> None:
    """Draws all parameters in place, the same ones on every processor.

    Only additions, multiplications and square roots of float64 are used, which all processors round alike; the normal
    draws of torch are off by one rounding on some processors. Weights of convolutions and linear layers have mean 0 and
    standard deviation 1 / sqrt(inputs), weights of batch normalisations 1 and 0.1, biases 0 and 0.1.
    """
    generator = np.random.RandomState(seed)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            uniform = torch.from_numpy(generator.random_sample(tuple(parameter.shape)))
            drawn = (uniform - 0.5) * 12**0.5
            if parameter.dim() > 1:
                parameter.copy_(drawn / parameter[0].numel() ** 0.5)
            else:
                # Small biases: a channel that is nearly always zero would be normalised by its rounding.
                parameter.copy_(0.1 * drawn + name.endswith("bn.weight"))


def average_answers(trace: Trace, roundings: int) -> tuple[Tensor, Tensor]:
    """The float32 logits (samples × classes) and feature norms (stages) of a trace's network, as float64.

    Averages over several roundings of the weights, of which the first is the nearest.
    """
    exact, images = trace.build().double(), trace.batch(torch.float32).images
    network = trace.build()
    logits, norms = [], []
    generator = torch.Generator().manual_seed(0)
    for rounding in range(roundings):
        _round(exact, network, generator if rounding else None)
        with torch.no_grad():
            features, answer = network(images)
        logits.append(answer.double())
        norms.append(torch.stack([feature.norm().double() for feature in features]))
    return torch.stack(logits).mean(0), torch.stack(norms).mean(0)


def float32_steps(trace: Trace, roundings: int) -> Iterator[tuple[float, float]]:
    """Trains a trace's network in float64; takes each step also in float32, from the state before it.

    A changed last bit may move one activation across zero, and the step far away. Each step is therefore taken from
    several roundings of the state, of which the first is the nearest, and the median of the losses is answered.

    Returns:
        The float32 losses before and after each step.
    """
    network, exact_batch, batch = trace.build().double(), trace.batch(torch.float64), trace.batch(torch.float32)
    sgd = Sgd(network.parameters(), trace.optimizer)
    exact = EagerTraining(lambda: observe(network, exact_batch, trace.beta), sgd)
    rounded = trace.build()
    rounded_sgd = Sgd(rounded.parameters(), trace.optimizer)
    generator = torch.Generator().manual_seed(0)
    for _ in range(len(trace.losses) - 1):
        losses = []
        for rounding in range(roundings):
            _round(network, rounded, generator if rounding else None)
            rounded_sgd._updates = sgd._updates
            for momentum, exact_momentum in zip(rounded_sgd._momenta, sgd._momenta, strict=True):
                momentum.copy_(exact_momentum)
            losses.append(_step(rounded, rounded_sgd, batch, trace.beta))
        yield statistics.median(before for before, _ in losses), statistics.median(after for _, after in losses)
        exact.observe()
        exact.update()


def _step(network: nn.Module, sgd: Sgd, batch: TrainingBatch, beta: float) -> tuple[float, float]:
    """The losses before and after one step."""
    training = EagerTraining(lambda: observe(network, batch, beta), sgd)
    before = training.observe().loss.item()
    training.update()
    with torch.no_grad():
        return before, observe(network, batch, beta).loss.item()


@torch.no_grad()
def _round(exact: nn.Module, rounded: nn.Module, generator: torch.Generator | None) -> None:
    """Copies a network's state to one in float32; a generator changes the last bits of the weights."""
    for weight, parameter in zip(rounded.parameters(), exact.parameters(), strict=True):
        factor: Tensor | float = 1
        if generator is not None:
            uniform = torch.rand(parameter.shape, generator=generator, dtype=torch.float64)
            factor = 1 + _FLOAT32_EPSILON * (uniform - 0.5)
        weight.copy_(parameter * factor)
    for buffer, exact_buffer in zip(rounded.buffers(), exact.buffers(), strict=True):
        buffer.copy_(exact_buffer)
