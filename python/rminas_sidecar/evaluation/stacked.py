"""Trainings of NAS-Bench-201 networks side by side; see `rminas_sidecar.networks.stacked`."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from rminas_sidecar.evaluation.determinism import seeded
from rminas_sidecar.evaluation.precision import tensor_cores
from rminas_sidecar.evaluation.stacked_sgd import StackedSgd
from rminas_sidecar.evaluation.training import CudaRecorder, RecordedStep, Recorder
from rminas_sidecar.networks.nas_bench_201 import CellEdge, check_resolution, parse
from rminas_sidecar.networks.stacked import OperationTable, ParameterLayout, StackedLoss, StackedNetwork
from rminas_sidecar.networks.stacked.kernels import find_layers, has_kernels
from rminas_sidecar.objective.observation import Observation, TrainingBatch
from rminas_sidecar.objective.rmi import RepresentationLoss
from rminas_sidecar.specification import Specification

_SPACE = "nas-bench-201"


class StackedWeights(NamedTuple):
    """The network of a lane, and its initial parameters in float32 on the CPU."""

    edges: Sequence[CellEdge]
    parameters: Tensor


class StackedTrainings:
    """Advances several trainings by the same operations. A lane's numbers do not depend on the other lanes.

    Args:
        specification: of the evaluations.
        batch: of the specification; its representation must be a :class:`RepresentationLoss`.
        lanes: how many trainings there is room for.
        dtype: of the numbers; float64 for tests.
        recorder: repeats recorded steps; None where steps are not recorded.
    """

    def __init__(
        self,
        specification: Specification,
        batch: TrainingBatch,
        lanes: int,
        dtype: torch.dtype = torch.float32,
        recorder: Recorder | None = None,
    ) -> None:
        if not isinstance(batch.representation, RepresentationLoss):
            raise TypeError("A stack needs the native representation loss.")
        check_resolution(specification.network.resolution)
        device, references = batch.images.device, batch.representation.references
        self._precision = specification.precision
        self._layout = ParameterLayout(specification.network)
        self._table = OperationTable(lanes, device)
        layers = find_layers(device, self._layout.widest, tf32=specification.precision == "tf32")
        self._network = StackedNetwork(self._layout, self._table, layers)
        self._loss = StackedLoss(references, batch.labels, specification.beta, dtype)
        self._images = batch.images.to(dtype).movedim(1, -1).contiguous()
        self._parameters = torch.zeros((lanes, self._layout.floats), dtype=dtype, device=device)
        self._gradients = torch.zeros_like(self._parameters)
        self._leaves = {name: view.requires_grad_() for name, view in self._layout.views(self._parameters).items()}
        self._into_leaves = list(self._layout.views(self._gradients).values())
        self._sgd = StackedSgd(self._parameters, self._gradients, specification.optimizer)
        # Of each lane: loss, cross entropy, and the CKA of the stages.
        self._observed = torch.zeros((lanes, 2 + len(references)), dtype=dtype, device=device)
        self._step = self._observe_and_update if recorder is None else RecordedStep(self._observe_and_update, recorder)

    @classmethod
    def find(cls, specification: Specification, batch: TrainingBatch, lanes: int) -> "StackedTrainings | None":
        """None where the arithmetic is another one, or the networks cannot be stacked."""
        wanted = specification.arithmetic == "stacked" and specification.precision != "bf16"
        known = specification.space == _SPACE and specification.backend == "native"
        if not wanted or not known or not isinstance(batch.representation, RepresentationLoss):
            return None
        device = batch.images.device
        # Plain torch gathers the lanes of each operation, so its launches differ between stacks.
        widest = ParameterLayout(specification.network).widest
        recorder = CudaRecorder(device) if has_kernels(device, widest) else None
        return cls(specification, batch, lanes, recorder=recorder)

    @property
    def lanes(self) -> int:
        """How many trainings there is room for."""
        return self._table.lanes

    def draw(self, genotype: str, seed: int) -> StackedWeights:
        """The initial weights of a training, on the CPU.

        Raises:
            SidecarError: `invalid-genotype`.
        """
        edges = parse(genotype)
        with seeded(seed):
            return StackedWeights(edges, self._layout.draw(edges))

    def begin(self, lane: int, weights: StackedWeights) -> None:
        """Begins a training in an empty lane."""
        self._parameters[lane] = weights.parameters.to(self._parameters)
        self._sgd.begin(lane)
        self._table.place(lane, weights.edges)

    def end(self, lane: int) -> None:
        """Empties a lane."""
        self._table.clear(lane)
        self._sgd.end(lane)

    def start_step(self) -> None:
        """Starts to observe and update all lanes. A GPU computes it meanwhile."""
        self._sgd.announce()
        with tensor_cores(self._precision):
            self._step()

    def observe(self) -> list[Observation]:
        """Waits for the step; answers the observation of each lane, on the CPU."""
        rows = self._observed.cpu()
        return [Observation(row[0], row[1], row[2:]) for row in rows]

    def _observe_and_update(self) -> None:
        observed = self._loss(*self._network(self._images, self._leaves))
        # The lanes share nothing, so the gradient of the sum is the gradient of each.
        gradients = torch.autograd.grad(observed.loss.sum(), list(self._leaves.values()), materialize_grads=True)
        with torch.no_grad():
            torch._foreach_copy_(self._into_leaves, gradients)
            self._observed.copy_(torch.cat([observed.loss[:, None], observed.cross_entropy[:, None], observed.cka], 1))
        self._sgd.step()
