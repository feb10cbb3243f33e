"""The error that the sidecar raises for problems that the user can solve."""

from collections.abc import Sequence


class SidecarError(Exception):
    """A failure with a stable code. Any other exception is a bug.

    Args:
        code: one of the protocol's ERROR_CODES, e.g. ``missing-file``.
        message: the problem, with the value that caused it.
        next_steps: how the user can solve it, one step an entry.
    """

    def __init__(self, code: str, message: str, next_steps: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.next_steps = list(next_steps)
