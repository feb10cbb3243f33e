"""A prepared specification, under which architectures are evaluated, measured and verified."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import nn

from rminas_sidecar.backends import BACKENDS
from rminas_sidecar.data.datasets import find_dataset
from rminas_sidecar.data.images import Dataset
from rminas_sidecar.evaluation import verification
from rminas_sidecar.evaluation.accuracy import measure_accuracy
from rminas_sidecar.evaluation.arithmetic import Arithmetic
from rminas_sidecar.evaluation.compiled import CompiledNetworks
from rminas_sidecar.evaluation.costs import can_count_without_building, count_network
from rminas_sidecar.evaluation.determinism import deterministic_algorithms, seeded
from rminas_sidecar.evaluation.precision import tensor_cores
from rminas_sidecar.evaluation.prepared_batch import PreparedBatch
from rminas_sidecar.evaluation.probing import probe_space
from rminas_sidecar.evaluation.stopping import NO_BOUNDS, FutilityBounds
from rminas_sidecar.evaluation.trainer import run_training, train_on_batch
from rminas_sidecar.networks.flops import count_flops
from rminas_sidecar.objective.observation import OnObservation, TrainingBatch
from rminas_sidecar.proxies import Context, Shortcuts, measure, select
from rminas_sidecar.specification import Assets, Specification


@dataclass(frozen=True)
class Session:
    """Evaluates, measures and verifies architectures under one specification. Answers depend on the arguments only."""

    _specification: Specification
    _assets: Assets
    _arithmetic: Arithmetic
    _batch: TrainingBatch
    _compiled: CompiledNetworks | None
    _report: dict[str, Any]

    @classmethod
    def prepare(
        cls,
        specification: Mapping[str, Any],
        assets: Mapping[str, str | None],
        device: torch.device | str,
        memory: Path | None = None,
    ) -> "Session":
        """Reads the data, draws the batch and runs the teacher, once.

        Args:
            specification: the protocol's specification, validated.
            assets: the protocol's assets.
            device: where candidates are trained.
            memory: shared by all sessions of the specification, see :meth:`PreparedBatch.shared`.

        Raises:
            SidecarError: see :meth:`PreparedBatch.prepare` and :func:`probe_space`.
        """
        spec, files = Specification.from_dict(specification), Assets.from_dict(assets)
        arithmetic = Arithmetic(spec, torch.device(device))
        prepared = PreparedBatch.shared(spec, files, arithmetic, memory)
        representation = BACKENDS[spec.backend].build_representation_loss(prepared.reference)
        samples = TrainingBatch(prepared.images, prepared.labels, representation)
        tried = probe_space(spec, arithmetic, prepared.images)
        report = {**prepared.report, "notes": [*prepared.report["notes"], *arithmetic.notes(), *tried]}
        compiled = CompiledNetworks.find(spec, samples, arithmetic.device)
        return cls(spec, files, arithmetic, samples, compiled, report)

    def report(self) -> dict[str, Any]:
        """The protocol's `prepared` without `digest` and `seconds`."""
        return self._report

    def evaluate(
        self,
        genotype: str,
        seed: int,
        bounds: FutilityBounds = NO_BOUNDS,
        on_step: Callable[[], None] = lambda: None,
    ) -> dict[str, Any]:
        """Trains one architecture on the batch.

        Args:
            genotype: in the space's notation.
            seed: of the initial weights.
            bounds: a training that crosses one is stopped.
            on_step: called after each observation of the loss.

        Returns:
            The protocol's evaluation.

        Raises:
            SidecarError: `invalid-genotype`, `unknown-name`, `plugin-failed`, `architecture-failed`.
        """
        start = time.perf_counter()
        spec = self._specification
        with deterministic_algorithms():
            training = None if self._compiled is None else self._compiled.begin(genotype, seed)
            if training is None:
                network = self._build(genotype, seed)
                flops = count_flops(network, spec.network.resolution)
                params = sum(parameter.numel() for parameter in network.parameters())
                answer = self._train(network, spec.steps, bounds, lambda _: on_step())
            else:
                counts = count_network(spec, genotype)
                flops, params = counts.multiply_adds / 1e6, counts.params
                answer = run_training(training, spec.steps, bounds, lambda _: on_step())
        return {**answer, "params": params, "flops": flops, "seconds": time.perf_counter() - start}

    def measure(
        self, genotype: str, seed: int, proxies: Sequence[str], on_step: Callable[[], None] = lambda: None
    ) -> dict[str, Any]:
        """Measures one architecture by proxies.

        Args:
            genotype: in the space's notation.
            seed: of the initial weights, and of a proxy's random numbers.
            proxies: names; a training proxy may have a step, e.g. `rmi@50`.
            on_step: called after each observation of a training, and after each value.

        Returns:
            The protocol's measurement.

        Raises:
            SidecarError: `invalid-genotype`, `unknown-name`, `unknown-proxy`, `plugin-failed`.
        """
        start = time.perf_counter()
        spec = self._specification
        asked = select(proxies, spec.steps)
        with deterministic_algorithms():
            shortcuts = self._shortcuts(genotype, seed)
            context = Context(
                lambda: self._build(genotype, seed), self._batch, spec.network.resolution, seed, shortcuts
            )

            def train(steps: int, on_observation: OnObservation) -> None:
                training = None if self._compiled is None else self._compiled.begin(genotype, seed)
                if training is None:
                    self._train(context.network(), steps, NO_BOUNDS, on_observation)
                else:
                    run_training(training, steps, NO_BOUNDS, on_observation)

            answer = measure(asked, context, train, on_step)
        return {**answer, "seconds": time.perf_counter() - start}

    def verify(
        self,
        genotype: str,
        seed: int,
        epochs: int,
        batch_size: int,
        learning_rate: float,
        on_progress: verification.OnProgress,
    ) -> dict[str, Any]:
        """Trains one architecture on all training images and measures its accuracy.

        Args:
            genotype: in the space's notation.
            seed: of the initial weights, the order of the images and their augmentation.
            epochs: passes over the training images.
            batch_size: images in an update.
            learning_rate: of the first update; it falls to zero along a cosine.
            on_progress: called with epochs done, epochs in all, and a note.

        Returns:
            The protocol's verification.

        Raises:
            SidecarError: `invalid-genotype`, and the errors of reading the data.
        """
        start = time.perf_counter()
        dataset = _dataset_of(self._specification)
        held_out = dataset.read_held_out(self._assets.dataset)
        training = dataset.read_training(self._assets.dataset)
        recipe = verification.VerificationRecipe(epochs, batch_size, learning_rate, seed)
        with deterministic_algorithms():
            network = self._build(genotype, seed)
            verification.train(network, training, dataset, recipe, self._arithmetic.device, on_progress)
            accuracy = measure_accuracy(network, held_out, dataset, self._arithmetic.device).top1
        return {
            "accuracy": accuracy,
            "trainImages": len(training),
            "heldOutImages": len(held_out),
            "epochs": epochs,
            "seconds": time.perf_counter() - start,
        }

    def _train(
        self, network: nn.Module, steps: int, bounds: FutilityBounds, on_observation: OnObservation
    ) -> dict[str, Any]:
        spec = self._specification
        with tensor_cores(spec.precision):
            return train_on_batch(
                self._arithmetic.prepare(network),
                self._batch,
                spec.optimizer,
                steps,
                spec.beta,
                bounds,
                on_observation,
                self._arithmetic.recorder(),
            )

    def _shortcuts(self, genotype: str, seed: int) -> Shortcuts:
        compiled, spec = self._compiled, self._specification
        flow = None
        if compiled is not None and compiled.measures_synaptic_flow:
            flow = partial(compiled.synaptic_flow, genotype, seed)
        if not can_count_without_building(spec):
            return Shortcuts(synaptic_flow=flow)
        return Shortcuts(
            params=lambda: count_network(spec, genotype).params,
            flops=lambda: count_network(spec, genotype).multiply_adds / 1e6,
            synaptic_flow=flow,
        )

    def _build(self, genotype: str, seed: int) -> nn.Module:
        with seeded(seed):
            network = BACKENDS[self._specification.backend].build_network(self._specification, genotype)
        return network.to(self._arithmetic.device)


def _dataset_of(specification: Specification) -> Dataset:
    network = specification.network
    return find_dataset(specification.dataset, network.resolution, network.classes, specification.images)
