"""One step after the other of a training: what is observed, and the update that follows."""

from collections.abc import Callable
from typing import Protocol

import torch

from rminas_sidecar.evaluation.sgd import Sgd
from rminas_sidecar.objective.observation import Observation


class Training(Protocol):
    """Observations and updates, in turn. Nothing is promised of the network after an observation without an update."""

    def observe(self) -> Observation:
        """What the network answers now."""

    def update(self) -> None:
        """Descends along the gradient of what was observed last."""


class EagerTraining:
    """A training whose operations are started one by one.

    Args:
        look: observes the network.
        sgd: of its parameters.
    """

    def __init__(self, look: Callable[[], Observation], sgd: Sgd) -> None:
        self._look = look
        self._sgd = sgd
        self._observed: Observation | None = None

    def observe(self) -> Observation:
        # The last graph is let go of before the next one needs its memory.
        self._observed = None
        self._observed = self._look()
        return self._observed.detach()

    def update(self) -> None:
        if self._observed is None:
            raise RuntimeError("Nothing was observed.")
        self._sgd.forget_gradients()
        self._observed.loss.backward()  # type: ignore[no-untyped-call]
        self._sgd.step()


class Recorder(Protocol):
    """Records what a step does, to repeat it without asking Python."""

    def rehearse(self, step: Callable[[], None]) -> None:
        """Runs the step once, and lets whatever is prepared at a first time be prepared."""

    def record(self, step: Callable[[], None]) -> Callable[[], None]:
        """Answers what repeats the step; does not run it."""


class RecordedTraining:
    """A training whose second step is recorded whole, and repeated from then on.

    An observation includes the update that follows it. What the recorder answers must write into the memory that the
    recorded step wrote into. The learning rate must be constant.

    Args:
        look: observes the network.
        sgd: of its parameters.
        recorder: e.g. :class:`CudaRecorder`.
    """

    def __init__(self, look: Callable[[], Observation], sgd: Sgd, recorder: Recorder) -> None:
        self._training = EagerTraining(look, sgd)
        self._recorder = recorder
        self._rehearsed = False
        self._repeat: Callable[[], None] | None = None
        self._observed: Observation | None = None

    def observe(self) -> Observation:
        if not self._rehearsed:
            self._recorder.rehearse(self._step)
            self._rehearsed = True
        else:
            if self._repeat is None:
                self._repeat = self._recorder.record(self._step)
            self._repeat()
        if self._observed is None:
            raise RuntimeError("The recorder did not run the step.")
        return self._observed

    def update(self) -> None:
        """Was done with the observation."""

    def _step(self) -> None:
        self._observed = self._training.observe()
        self._training.update()


class CudaRecorder:
    """Records on a CUDA device: a CUDA graph of the whole step.

    Args:
        device: where the step computes.
    """

    def __init__(self, device: torch.device) -> None:
        self._stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]

    def rehearse(self, step: Callable[[], None]) -> None:
        """See :class:`Recorder`."""
        self._stream.wait_stream(torch.cuda.current_stream(self._stream.device))
        with torch.cuda.stream(self._stream):
            step()
        torch.cuda.current_stream(self._stream.device).wait_stream(self._stream)

    def record(self, step: Callable[[], None]) -> Callable[[], None]:
        """See :class:`Recorder`."""
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, stream=self._stream):
            step()
        return graph.replay
