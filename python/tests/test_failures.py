"""What exceptions are called in the protocol."""

import errno
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.protocol.failures import failure_body
from rminas_sidecar.protocol.validate import encode


def _raise(error: Exception) -> None:
    raise error


CASES: dict[str, tuple[Callable[[], object], str]] = {
    "ours": (lambda: _raise(SidecarError("corrupt-file", "half a file", ["Fetch it again."])), "corrupt-file"),
    "allocator of PyTorch": (lambda: torch.empty(2**50), "out-of-memory"),
    "allocator of a GPU": (lambda: _raise(torch.OutOfMemoryError("CUDA out of memory.")), "out-of-memory"),
    "allocator of Python": (lambda: bytearray(2**62), "out-of-memory"),
    "full disk": (lambda: Path("/dev/full").write_text("x"), "unwritable"),
    "no permission": (lambda: _raise(PermissionError(errno.EACCES, "Permission denied", "/root/x")), "unwritable"),
    "read-only": (lambda: _raise(OSError(errno.EROFS, "Read-only file system", "/x")), "unwritable"),
    "another RuntimeError": (lambda: torch.ones(2) @ torch.ones(3), "internal"),
    "a bug": (lambda: {}["x"], "internal"),
}


@pytest.mark.parametrize(("fail", "code"), CASES.values(), ids=CASES.keys())
def test_an_exception_has_its_code(fail: Callable[[], object], code: str) -> None:
    with pytest.raises(Exception) as raised:
        fail()
    body = failure_body(raised.value)
    assert body["code"] == code
    assert body["message"]
    assert body["nextSteps"]
    assert encode("error", "1", body)


def test_the_advice_fits_the_error_of_the_system() -> None:
    full = failure_body(OSError(errno.ENOSPC, "No space left on device"))
    forbidden = failure_body(PermissionError(errno.EACCES, "Permission denied", "/proc/1/cwd"))
    assert "Free space" in full["nextSteps"][0]
    assert "you may read" in forbidden["nextSteps"][0]


def test_only_a_bug_shows_its_traceback() -> None:
    bug = KeyError("x")
    assert "KeyError" in failure_body(bug)["traceback"]
    assert failure_body(SidecarError("missing-file", "gone"))["traceback"] is None
