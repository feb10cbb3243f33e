"""The available memory, checked before large work begins."""

import sys
from collections.abc import Iterator
from pathlib import Path

from rminas_sidecar.errors import SidecarError

_MEMINFO = Path("/proc/meminfo")
_CGROUPS = Path("/sys/fs/cgroup")
_OWN_CGROUP = Path("/proc/self/cgroup")
_OWN_PAGES = Path("/proc/self/statm")


def require_memory(what: str, needed: int, available: int | None) -> None:
    """Refuses work that would run out of memory.

    Args:
        what: the work, as the subject of a sentence.
        needed: bytes, by an estimate.
        available: bytes; None where it is unknown.

    Raises:
        SidecarError: `out-of-memory`, with both numbers.
    """
    if available is None or needed <= available:
        return
    raise SidecarError(
        "out-of-memory",
        f"{what} needs about {_gigabytes(needed)} of memory, and only {_gigabytes(available)} are available.",
        ["Close other programs, raise the memory limit of this one, or use a machine with more memory."],
    )


def limit_memory(more: int) -> None:
    """Lets this process take only so many more bytes; beyond them, it raises MemoryError. Does nothing but on Linux."""
    fields = " ".join(_lines(_OWN_PAGES)).split()
    if sys.platform != "linux" or len(fields) < 6:
        return
    import resource

    # Data, not address space: the stacks of threads are reserved and hardly used.
    most, hard = int(fields[5]) * resource.getpagesize() + more, resource.getrlimit(resource.RLIMIT_DATA)[1]
    resource.setrlimit(resource.RLIMIT_DATA, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def available_memory() -> int | None:
    """Bytes that this process can still use, given the machine and every limit; None where they are unknown."""
    return min((*_machine(), *_control_groups(), *_address_space()), default=None)


def _machine() -> Iterator[int]:
    for line in _lines(_MEMINFO):
        if line.startswith("MemAvailable:"):
            yield int(line.split()[1]) * 1024


def _control_groups() -> Iterator[int]:
    """Bytes that the limits of containers and services leave (Linux control groups, version 2)."""
    for line in _lines(_OWN_CGROUP):
        if line.startswith("0::"):
            own = _CGROUPS / line[3:].lstrip("/")
            for group in (own, *own.parents):
                if group.is_relative_to(_CGROUPS):
                    yield from room_of_group(group)


def room_of_group(folder: Path) -> Iterator[int]:
    """Bytes that one control group's limit leaves; yields nothing where it has no limit."""
    limit, used = _lines(folder / "memory.max"), _lines(folder / "memory.current")
    if limit and used and limit[0].isdecimal():
        # Cached file pages count as used, although the kernel frees them on demand.
        files = [int(line.split()[1]) for line in _lines(folder / "memory.stat") if line.startswith("inactive_file ")]
        yield max(0, int(limit[0]) - int(used[0]) + sum(files))


def _address_space() -> Iterator[int]:
    """Bytes that `ulimit -v` leaves."""
    if sys.platform == "win32":
        return
    import resource

    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    for line in _lines(_OWN_PAGES):
        if limit != resource.RLIM_INFINITY:
            yield max(0, limit - int(line.split()[0]) * resource.getpagesize())


def _lines(file: Path) -> list[str]:
    """The lines of a system file; empty where the file does not exist."""
    try:
        return file.read_text(encoding="ascii").splitlines()
    except OSError:
        return []


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.1f} GB"
