"""What proxies measure: one architecture, on the batch of a specification."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from rminas_sidecar.data.images import make_generator
from rminas_sidecar.objective.observation import TrainingBatch

Answer = TypeVar("Answer")


class Context:
    """One request's. Every proxy gets a network of its own, so none sees what another did to it.

    Args:
        build: a freshly initialised network, the same each time.
        batch: of the specification; every candidate has the same.
        resolution: height and width of its images.
        seed: of the request.
    """

    def __init__(self, build: Callable[[], nn.Module], batch: TrainingBatch, resolution: int, seed: int) -> None:
        self._build = build
        self._batch = batch
        self._seed = seed
        self._shared: dict[Callable[..., Any], tuple[Any, float]] = {}
        self._spare: nn.Module | None = None
        self.resolution = resolution
        self.borrowed_seconds = 0.0
        """What was asked for and already there took so long to compute."""

    @property
    def images(self) -> Tensor:
        """Samples × 3 × height × width, normalised."""
        return self._batch.images

    @property
    def labels(self) -> Tensor:
        """Samples, int64."""
        return self._batch.labels

    def network(self) -> nn.Module:
        """In training mode, with the initial weights that a training of it starts from; answers (features, logits).

        Its arithmetic is the plain one, in float32, whatever the specification says: layers that look for others are
        then found, each where the architecture has it.
        """
        spare, self._spare = self._spare, None
        return self._build() if spare is None else spare

    def look(self, at: "Callable[[nn.Module], Answer]") -> Answer:
        """What a function says of a network that it leaves as it was: the next who asks for a network gets that one."""
        network = self.network()
        answer = at(network)
        self._spare = network
        return answer

    def generator(self, purpose: str) -> torch.Generator:
        """Of numbers on the CPU; the same ones for an equal purpose."""
        return make_generator(self._seed, purpose)

    def shared(self, compute: "Callable[[Context], Answer]") -> Answer:
        """What the function makes of this context, computed once for all proxies that ask for it."""
        if compute in self._shared:
            answer, seconds = self._shared[compute]
            self.borrowed_seconds += seconds
        else:
            start = time.perf_counter()
            answer = compute(self)
            self._shared[compute] = (answer, time.perf_counter() - start)
        return answer  # type: ignore[no-any-return]
