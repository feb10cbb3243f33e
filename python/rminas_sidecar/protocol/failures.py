"""Translates exceptions into the protocol's `error` messages."""

import errno
import traceback

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.protocol.schema import Body

_FULL = "Free space on that disk, or choose a folder that you can write to."
_FORBIDDEN = "Make sure that you may read and write there, or choose another folder."
_UNWRITABLE = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: _FULL,
    errno.EACCES: _FORBIDDEN,
    errno.EPERM: _FORBIDDEN,
    errno.EROFS: _FORBIDDEN,
}
"""What to do about an error of the system."""


def failure_body(error: BaseException) -> Body:
    """The body of the `error` message for an exception."""
    if isinstance(error, SidecarError):
        return error_body(error.code, error.message, error.next_steps)
    if is_out_of_memory(error):
        return error_body(
            "out-of-memory",
            f"Out of memory: {error or type(error).__name__}",
            ["Use fewer workers, a smaller RMINAS.STACK, a smaller LOADER.BATCH_SIZE or a smaller network."],
        )
    if isinstance(error, OSError) and error.errno in _UNWRITABLE:
        return error_body("unwritable", str(error), [_UNWRITABLE[error.errno]])
    text = "".join(traceback.format_exception(error))
    return error_body(
        "internal", f"{type(error).__name__}: {error}", ["Report this as a bug, with the traceback."], text
    )


def error_body(code: str, message: str, next_steps: list[str], trace: str | None = None) -> Body:
    """The body of an `error` message."""
    return {"code": code, "message": message, "nextSteps": next_steps, "traceback": trace}


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an exception means that Python or PyTorch ran out of memory."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    # Recognised by its text: PyTorch's CPU allocator raises a RuntimeError, and the server does not import PyTorch.
    text = str(error)
    return isinstance(error, RuntimeError) and ("out of memory" in text or "can't allocate memory" in text)
