"""The argument of a static proxy: one architecture, and the batch of a specification."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from rminas_sidecar.data.images import make_generator
from rminas_sidecar.objective.observation import TrainingBatch
from rminas_sidecar.proxies.pooling import hasten_averages

Answer = TypeVar("Answer")
Samples = tuple[Tensor, Tensor]
"""Images (samples × 3 × height × width) and their labels (samples)."""
WeightGradients = list[tuple[Tensor, Tensor]]
"""The weights of convolutions and linear layers, each with its gradient, of the same shape."""


@dataclass(frozen=True)
class Shortcuts:
    """Measurements of the architecture that do not build its network. None where that is not possible.

    Args:
        params: counts trainable parameters.
        flops: counts millions of multiply-adds for one image.
        synaptic_flow: see :func:`rminas_sidecar.proxies.static.synflow.measure_synflow`.
        loss_gradients: of each of some batches; see :func:`rminas_sidecar.proxies.gradients.loss_gradients`. It answers
            None where it cannot.
    """

    params: Callable[[], int] | None = None
    flops: Callable[[], float] | None = None
    synaptic_flow: Callable[[], float] | None = None
    loss_gradients: Callable[[Sequence[Samples]], list[WeightGradients] | None] | None = None


_NONE = Shortcuts()


class Context:
    """The context of one request. Every proxy gets its own network, so proxies cannot influence each other.

    Args:
        build: builds a freshly initialised network, the same at each call.
        batch: of the specification.
        resolution: height and width of its images.
        seed: of the request.
        shortcuts: for the architecture.
    """

    def __init__(
        self,
        build: Callable[[], nn.Module],
        batch: TrainingBatch,
        resolution: int,
        seed: int,
        shortcuts: Shortcuts = _NONE,
    ) -> None:
        self._build = build
        self._batch = batch
        self._seed = seed
        self._shared: dict[Callable[..., Any], tuple[Any, float]] = {}
        self._spare: nn.Module | None = None
        self.resolution = resolution
        self.shortcuts = shortcuts
        self.borrowed_seconds = 0.0
        """The time that shared results took which a proxy found already computed."""

    @property
    def images(self) -> Tensor:
        """The batch: samples × 3 × height × width, float32, normalised."""
        return self._batch.images

    @property
    def labels(self) -> Tensor:
        """The classes of the images: samples, int64."""
        return self._batch.labels

    def network(self) -> nn.Module:
        """A freshly initialised network in training mode, with the initial weights of a training.

        It answers (features of three stages, logits). Its arithmetic is plain float32 for every specification, so that
        each layer is found where the architecture has it. Averages have other code, with the same bits.
        """
        spare, self._spare = self._spare, None
        return hasten_averages(self._build()) if spare is None else spare

    def look(self, at: "Callable[[nn.Module], Answer]") -> Answer:
        """Calls a function with a network that it must not change: the next :meth:`network` returns the same one."""
        network = self.network()
        answer = at(network)
        self._spare = network
        return answer

    def generator(self, purpose: str) -> torch.Generator:
        """A generator on the CPU that depends on the request's seed and the purpose."""
        return make_generator(self._seed, purpose)

    def shared(self, compute: "Callable[[Context], Answer]") -> Answer:
        """The function's result for this context, computed once for all proxies that ask for it."""
        if compute in self._shared:
            answer, seconds = self._shared[compute]
            self.borrowed_seconds += seconds
        else:
            start, borrowed = time.perf_counter(), self.borrowed_seconds
            answer = compute(self)
            self._shared[compute] = (answer, time.perf_counter() - start + self.borrowed_seconds - borrowed)
        return answer  # type: ignore[no-any-return]
