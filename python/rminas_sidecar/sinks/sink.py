"""The interface of a sink: one method for each type of entry."""

from collections.abc import Sequence
from typing import Any

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.protocol import Body


class Sink:
    """Writes entries to one tool. `run` comes first and `end` last. An entry that a tool has no place for does nothing.

    Logging a run again must not write anything twice: `run` has the same id each time, and a step its number.
    """

    def run(self, entry: Body) -> str:
        """Opens the record of the run.

        Returns:
            Where it is, for the user: a folder, or an address and an id.
        """
        raise NotImplementedError

    def scalars(self, entry: Body) -> None:
        """The numbers of one step."""

    def study(self, entry: Body) -> None:
        """The slots of the search space."""

    def trial(self, entry: Body) -> None:
        """One evaluation with its choices."""

    def answer(self, entry: Body) -> None:
        """The result of the run."""

    def file(self, entry: Body) -> None:
        """A file that belongs to the run."""

    def flush(self, entry: Body) -> None:
        """Makes visible what was written so far."""

    def end(self, entry: Body) -> None:
        """Closes the record."""


def missing_package(names: Sequence[str], error: ImportError) -> SidecarError:
    """The error of a package that cannot be imported. The controller adds the command that installs it."""
    noun = "The package" if len(names) == 1 else "One of the packages"
    return SidecarError("missing-package", f"{noun} {', '.join(names)} cannot be imported: {error}.")


def text_of(value: Any) -> str:
    """A setting as a text."""
    return value if isinstance(value, str) else repr(value)
