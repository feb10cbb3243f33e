"""A teacher of the user in an evaluation."""

from pathlib import Path

from torch import Tensor, nn

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.protocol.failures import is_out_of_memory
from rminas_sidecar.registry import explain
from rminas_sidecar.specification import OwnTeacherSpecification
from rminas_sidecar.teachers.own.loading import STEPS, TeacherSource

_STEPS = ["Put the file back, or start a new run."]


class _Guarded(nn.Module):
    """A staged network whose exceptions become errors that name the teacher."""

    def __init__(self, network: nn.Module, source: TeacherSource) -> None:
        super().__init__()
        self.network = network
        self._source = source

    def forward(self, images: Tensor) -> tuple[list[Tensor], Tensor]:
        """Computes the features of the stages and the logits of images (batch × 3 × height × width)."""
        try:
            answer: tuple[list[Tensor], Tensor] = self.network(images)
        except Exception as error:
            if isinstance(error, SidecarError) or is_out_of_memory(error):
                raise
            shape = " × ".join(map(str, images.shape))
            problem = f"The teacher {self._source} failed for images of {shape}: {explain(error)}"
            raise SidecarError("unsuitable-teacher", f"{problem}.", STEPS) from error
        return answer


def load_own_teacher(
    own: OwnTeacherSpecification, weights: Path | None, code: Path | None, classes: int
) -> tuple[nn.Module, str, list[str]]:
    """Loads a teacher that the specification identifies.

    Args:
        own: its identity.
        weights: the file of its weights, or the archive.
        code: the Python file of its factory.
        classes: those of the data set.

    Returns:
        A network that answers (features of the stages, logits); its name as the subject of a sentence; how to get
        another one.

    Raises:
        SidecarError: `refused-file` when a file is not the one of the specification; see :meth:`TeacherSource.load`.
    """
    source = TeacherSource(own.kind, own.name, weights, code)
    if source.weights_digest() != own.weights:
        raise SidecarError("refused-file", f"The teacher's file {weights} has changed.", _STEPS)
    if source.code_digest() != own.code:
        raise SidecarError("refused-file", f"The code of the teacher {source} has changed.", _STEPS)
    staged = source.load(classes).staged(own.stages)
    return _Guarded(staged.eval(), source), f"The teacher {source}", STEPS
