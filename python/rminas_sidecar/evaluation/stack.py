"""Tasks whose trainings advance together, one lane each."""

import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any, Generic, Protocol, TypeVar

from rminas_sidecar.evaluation.tasks import Task, Trained, TrainingOrder
from rminas_sidecar.evaluation.trainer import TrainingRecord
from rminas_sidecar.objective.observation import Observation

OnEnd = Callable[[dict[str, Any] | Exception], None]
"""Called once with the body of a task's reply, or with the error that ended it."""


Weights = TypeVar("Weights")


class Lanes(Protocol[Weights]):
    """Trainings side by side; see :class:`rminas_sidecar.evaluation.stacked.StackedTrainings`."""

    @property
    def lanes(self) -> int:
        """How many trainings there is room for."""

    def draw(self, genotype: str, seed: int) -> Weights:
        """The initial weights of a training. They may be drawn while a step is computed."""

    def begin(self, lane: int, weights: Weights) -> None:
        """Begins a training in an empty lane."""

    def end(self, lane: int) -> None:
        """Empties a lane."""

    def start_step(self) -> None:
        """Starts to observe and update all lanes. A GPU computes it meanwhile."""

    def observe(self) -> list[Observation]:
        """Waits for the step; answers the observation of each lane, on the CPU."""


@dataclass
class _Running:
    task: Task
    on_end: OnEnd


@dataclass
class _Waiting(Generic[Weights]):
    running: _Running
    order: TrainingOrder
    weights: Weights | None = None


@dataclass
class _Training:
    running: _Running
    record: TrainingRecord
    seconds: float = 0.0


class Stack(Generic[Weights]):
    """Runs tasks. A task that ends leaves its lane to the next one, between two steps.

    Args:
        trainings: the lanes.
    """

    def __init__(self, trainings: Lanes[Weights]) -> None:
        self._trainings = trainings
        self._waiting: deque[_Waiting[Weights]] = deque()
        self._in_lanes: dict[int, _Training] = {}

    @property
    def busy(self) -> bool:
        """Whether a task has not ended yet."""
        return bool(self._waiting or self._in_lanes)

    def add(self, task: Task, on_end: OnEnd) -> None:
        """Runs a task until it asks for a training or ends."""
        self._go_on(_Running(task, on_end), None)

    def run(self, task: Task) -> dict[str, Any]:
        """Runs a task to its end; answers the body of its reply, or raises its error."""
        outcomes: list[dict[str, Any] | Exception] = []
        self.add(task, outcomes.append)
        while not outcomes:
            self.step()
        if isinstance(outcomes[0], Exception):
            raise outcomes[0]
        return outcomes[0]

    def step(self) -> None:
        """Advances all trainings by one step. An error of the step ends all tasks that are in training."""
        self._fill()
        if not self._in_lanes:
            return
        start = time.perf_counter()
        try:
            self._trainings.start_step()
            self._draw_ahead()
            observations = self._trainings.observe()
        except Exception as error:
            for lane in list(self._in_lanes):
                self._leave(lane).running.on_end(error)
            return
        share = (time.perf_counter() - start) / len(self._in_lanes)
        for lane, training in list(self._in_lanes.items()):
            training.seconds += share
            if training.record.add(observations[lane]):
                self._leave(lane)
                self._go_on(training.running, Trained(training.record.answer(), training.seconds))

    def _fill(self) -> None:
        for lane in range(self._trainings.lanes):
            while lane not in self._in_lanes and self._waiting:
                self._begin(lane, self._waiting.popleft())

    def _begin(self, lane: int, waiting: "_Waiting[Weights]") -> None:
        """Begins a training, or ends its task with the error."""
        order = waiting.order
        try:
            drawn = waiting.weights
            self._trainings.begin(lane, self._trainings.draw(order.genotype, order.seed) if drawn is None else drawn)
        except Exception as error:
            waiting.running.on_end(error)
        else:
            record = TrainingRecord(order.steps, order.bounds, order.on_observation)
            self._in_lanes[lane] = _Training(waiting.running, record)

    def _draw_ahead(self) -> None:
        """Draws the weights of one of the trainings that begin next."""
        for waiting in islice(self._waiting, self._trainings.lanes):
            if waiting.weights is None:
                # An error is told when the training should begin.
                with suppress(Exception):
                    waiting.weights = self._trainings.draw(waiting.order.genotype, waiting.order.seed)
                return

    def _leave(self, lane: int) -> _Training:
        self._trainings.end(lane)
        return self._in_lanes.pop(lane)

    def _go_on(self, running: _Running, answer: Trained | None) -> None:
        try:
            order = next(running.task) if answer is None else running.task.send(answer)
        except StopIteration as end:
            running.on_end(end.value)
        except Exception as error:
            running.on_end(error)
        else:
            self._waiting.append(_Waiting(running, order))
