"""The order in which a stack draws weights, starts steps and waits for them."""

import torch

from rminas_sidecar.evaluation.stack import Stack
from rminas_sidecar.evaluation.stopping import NO_BOUNDS
from rminas_sidecar.evaluation.tasks import Task, TrainingOrder
from rminas_sidecar.objective.observation import Observation


class Recorded:
    """One lane whose losses mean nothing; writes down the calls. The weights of `bad` cannot be drawn."""

    lanes = 1

    def __init__(self) -> None:
        self.calls: list[str] = []

    def draw(self, genotype: str, seed: int) -> str:
        self.calls.append(f"draw {genotype}")
        if genotype == "bad":
            raise ValueError("bad weights")
        return f"{genotype}/{seed}"

    def begin(self, lane: int, weights: str) -> None:
        self.calls.append(f"begin {weights}")

    def end(self, lane: int) -> None:
        self.calls.append("end")

    def start_step(self) -> None:
        self.calls.append("start")

    def observe(self) -> list[Observation]:
        self.calls.append("observe")
        return [Observation(torch.tensor(1.0), torch.tensor(1.0), torch.ones(3))]


def _task(genotype: str, seed: int) -> Task:
    trained = yield TrainingOrder(genotype, seed, 2, NO_BOUNDS, lambda _: None, None)
    return {"steps": trained.answer["steps"]}


def test_the_next_weights_are_drawn_once_while_a_step_is_computed() -> None:
    lanes, outcomes = Recorded(), {}
    stack = Stack(lanes)
    for place, genotype in enumerate(["a", "bad", "b"]):
        stack.add(_task(genotype, place), lambda it, place=place: outcomes.__setitem__(place, it))
    while stack.busy:
        stack.step()
    assert lanes.calls == [
        *["draw a", "begin a/0", "start", "draw bad", "observe", "start", "draw bad", "observe", "end"],
        *["draw bad", "draw b", "begin b/2", "start", "observe", "start", "observe", "end"],
    ]
    assert (outcomes[0], outcomes[2]) == ({"steps": 2}, {"steps": 2})
    assert str(outcomes[1]) == "bad weights"
