"""The steps of a training: an observation and the update that follows it."""

from collections.abc import Callable
from typing import Protocol

import torch

from rminas_sidecar.evaluation.sgd import Sgd
from rminas_sidecar.objective.observation import Observation


class Training(Protocol):
    """Observations and updates, in turn. The network is undefined after an observation without an update."""

    def observe(self) -> Observation:
        """Observes the network."""

    def update(self) -> None:
        """Updates the network by the gradient of the last observation."""


class EagerTraining:
    """A training whose operations are started one by one from Python.

    Args:
        look: observes the network.
        sgd: of its parameters.
    """

    def __init__(self, look: Callable[[], Observation], sgd: Sgd) -> None:
        self._look = look
        self._sgd = sgd
        self._observed: Observation | None = None

    def observe(self) -> Observation:
        # Frees the last graph before the next one needs memory.
        self._observed = None
        self._observed = self._look()
        return self._observed.detach()

    def update(self) -> None:
        if self._observed is None:
            raise RuntimeError("update() was called before observe().")
        self._sgd.forget_gradients()
        self._observed.loss.backward()  # type: ignore[no-untyped-call]
        self._sgd.step()


class Recorder(Protocol):
    """Records the operations of a step, to repeat them without Python."""

    def rehearse(self, step: Callable[[], None]) -> None:
        """Runs the step once, so that everything that is initialised at first use is initialised."""

    def record(self, step: Callable[[], None]) -> Callable[[], None]:
        """Records the step without running it; answers a function that repeats it."""


class RecordedStep:
    """A step that is recorded at its second call and then repeated.

    The repeated step must read and write the same memory as the recorded one.

    Args:
        step: the operations of a step.
        recorder: e.g. :class:`CudaRecorder`.
    """

    def __init__(self, step: Callable[[], None], recorder: Recorder) -> None:
        self._step = step
        self._recorder = recorder
        self._rehearsed = False
        self._repeat: Callable[[], None] | None = None

    def __call__(self) -> None:
        """Runs the step."""
        if not self._rehearsed:
            self._recorder.rehearse(self._step)
            self._rehearsed = True
            return
        if self._repeat is None:
            self._repeat = self._recorder.record(self._step)
        self._repeat()


class RecordedTraining:
    """A training whose second step is recorded and then repeated.

    An observation includes the update that follows it. The learning rate must be constant.

    Args:
        look: observes the network.
        sgd: of its parameters.
        recorder: see :class:`RecordedStep`.
    """

    def __init__(self, look: Callable[[], Observation], sgd: Sgd, recorder: Recorder) -> None:
        self._training = EagerTraining(look, sgd)
        self._step = RecordedStep(self._observe_and_update, recorder)
        self._observed: Observation | None = None

    def observe(self) -> Observation:
        self._step()
        if self._observed is None:
            raise RuntimeError("The recorder did not run the step.")
        return self._observed

    def update(self) -> None:
        """Does nothing: the observation included the update."""

    def _observe_and_update(self) -> None:
        self._observed = self._training.observe()
        self._training.update()


class CudaRecorder:
    """Records the whole step as a CUDA graph.

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
