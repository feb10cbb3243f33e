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
from rminas_sidecar.evaluation.stack import Stack
from rminas_sidecar.evaluation.stacked import StackedTrainings, StackedWeights
from rminas_sidecar.evaluation.stopping import NO_BOUNDS, FutilityBounds
from rminas_sidecar.evaluation.tasks import Task, Trained, TrainingOrder, run_alone
from rminas_sidecar.evaluation.trainer import run_training, train_on_batch
from rminas_sidecar.evaluation.training import Training
from rminas_sidecar.ipc.device_memory import Handle
from rminas_sidecar.networks.flops import count_flops
from rminas_sidecar.objective.observation import TrainingBatch
from rminas_sidecar.proxies import Context, Shortcuts, begin_measuring, select
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
    prepared: PreparedBatch
    stack: Stack[StackedWeights] | None
    """Runs :meth:`evaluation` and :meth:`measurement` side by side; None where trainings run one by one."""

    @classmethod
    def prepare(
        cls,
        specification: Mapping[str, Any],
        assets: Mapping[str, str | None],
        device: torch.device | str,
        memory: Path | None = None,
        lanes: int = 1,
        copy: Sequence[Handle] | None = None,
    ) -> "Session":
        """Reads the data, draws the batch and runs the teacher, once.

        Args:
            specification: the protocol's specification, validated.
            assets: the protocol's assets.
            device: where candidates are trained.
            memory: shared by all sessions of the specification, see :meth:`PreparedBatch.shared`.
            lanes: how many architectures a stack trains at a time. Only the arithmetic `stacked` reads it.
            copy: of another process of the device, see :meth:`PreparedBatch.shared`.

        Raises:
            SidecarError: see :meth:`PreparedBatch.prepare` and :func:`probe_space`.
        """
        spec, files = Specification.from_dict(specification), Assets.from_dict(assets)
        arithmetic = Arithmetic(spec, torch.device(device))
        prepared = PreparedBatch.shared(spec, files, arithmetic, memory, copy)
        representation = BACKENDS[spec.backend].build_representation_loss(prepared.reference)
        samples = TrainingBatch(prepared.images, prepared.labels, representation)
        tried = probe_space(spec, arithmetic, prepared.images)
        report = {**prepared.report, "notes": [*prepared.report["notes"], *arithmetic.notes(), *tried]}
        compiled = CompiledNetworks.find(spec, samples, arithmetic.device)
        stacked = StackedTrainings.find(spec, samples, lanes)
        stack = None if stacked is None else Stack(stacked)
        return cls(spec, files, arithmetic, samples, compiled, report, prepared, stack)

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
        return self._run(self.evaluation(genotype, seed, bounds, on_step))

    def evaluation(self, genotype: str, seed: int, bounds: FutilityBounds, on_step: Callable[[], None]) -> Task:
        """The task of :meth:`evaluate`."""
        start = time.perf_counter()
        spec = self._specification
        built = self._build_training(genotype, seed)
        if isinstance(built, nn.Module):
            flops = count_flops(built, spec.network.resolution)
            params = sum(parameter.numel() for parameter in built.parameters())
        else:
            counts = count_network(spec, genotype)
            flops, params = counts.multiply_adds / 1e6, counts.params
        seconds = time.perf_counter() - start
        trained = yield TrainingOrder(genotype, seed, spec.steps, bounds, lambda _: on_step(), built)
        return {**trained.answer, "params": params, "flops": flops, "seconds": seconds + trained.seconds}

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
        return self._run(self.measurement(genotype, seed, proxies, on_step))

    def measurement(self, genotype: str, seed: int, proxies: Sequence[str], on_step: Callable[[], None]) -> Task:
        """The task of :meth:`measure`."""
        spec = self._specification
        asked = select(proxies, spec.steps)
        seconds, start = 0.0, time.perf_counter()
        shortcuts = self._shortcuts(genotype, seed)
        context = Context(lambda: self._build(genotype, seed), self._batch, spec.network.resolution, seed, shortcuts)
        measuring = begin_measuring(asked, context, on_step)
        try:
            while True:
                steps, on_observation = next(measuring)
                built = self._build_training(genotype, seed)
                seconds += time.perf_counter() - start
                trained = yield TrainingOrder(genotype, seed, steps, NO_BOUNDS, on_observation, built)
                seconds, start = seconds + trained.seconds, time.perf_counter()
        except StopIteration as end:
            return {**end.value, "seconds": seconds + time.perf_counter() - start}

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

    def _run(self, task: Task) -> dict[str, Any]:
        with deterministic_algorithms():
            return run_alone(task, self._train) if self.stack is None else self.stack.run(task)

    def _build_training(self, genotype: str, seed: int) -> nn.Module | Training | None:
        """What a training needs: a network or a program. None in a stack, whose lanes draw their own weights."""
        if self.stack is not None:
            return None
        training = None if self._compiled is None else self._compiled.begin(genotype, seed)
        return self._build(genotype, seed) if training is None else training

    def _train(self, order: TrainingOrder) -> Trained:
        spec, start = self._specification, time.perf_counter()
        if isinstance(order.built, nn.Module):
            with tensor_cores(spec.precision):
                answer = train_on_batch(
                    self._arithmetic.prepare(order.built),
                    self._batch,
                    spec.optimizer,
                    order.steps,
                    spec.beta,
                    order.bounds,
                    order.on_observation,
                    self._arithmetic.recorder(),
                )
        elif order.built is not None:
            answer = run_training(order.built, order.steps, order.bounds, order.on_observation)
        else:
            raise RuntimeError("A training outside of a stack needs a network or a program.")
        return Trained(answer, time.perf_counter() - start)

    def _shortcuts(self, genotype: str, seed: int) -> Shortcuts:
        compiled, spec = self._compiled, self._specification
        shortcuts: dict[str, Callable[..., Any]] = {}
        if compiled is not None:
            shortcuts["loss_gradients"] = partial(compiled.loss_gradients, genotype, seed)
            if compiled.measures_synaptic_flow:
                shortcuts["synaptic_flow"] = partial(compiled.synaptic_flow, genotype, seed)
        if can_count_without_building(spec):
            shortcuts["params"] = lambda: count_network(spec, genotype).params
            shortcuts["flops"] = lambda: count_network(spec, genotype).multiply_adds / 1e6
        return Shortcuts(**shortcuts)

    def _build(self, genotype: str, seed: int) -> nn.Module:
        with seeded(seed):
            network = BACKENDS[self._specification.backend].build_network(self._specification, genotype)
        return network.to(self._arithmetic.device)


def _dataset_of(specification: Specification) -> Dataset:
    network = specification.network
    return find_dataset(specification.dataset, network.resolution, network.classes, specification.images)
