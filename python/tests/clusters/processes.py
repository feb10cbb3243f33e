"""Processes in the network of this one, which test_ray.py makes. Another test has one of its own (Linux)."""

from pathlib import Path


def descendants(pid: int) -> list[int]:
    children = [child for child in processes() if parent(child) == pid]
    return [*children, *(below for child in children for below in descendants(child))]


def workers() -> list[int]:
    """Process ids of the workers of nodes, whose parents are actors."""
    return [
        pid for pid in processes() if "engines.worker" in command_of(pid) and "RemoteWorker" in command_of(parent(pid))
    ]


def busy(before: dict[int, int]) -> int | None:
    """A worker that has computed for a tenth of a second since `before`, in clock ticks."""
    return next((pid for pid, ticks in before.items() if ticks_of(pid) > ticks + 10), None)


def processes() -> list[int]:
    """All processes of the network of this one."""
    here = network_of("self")
    return [
        int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and network_of(entry.name) == here
    ]


def network_of(pid: str) -> Path | None:
    try:
        return Path(f"/proc/{pid}/ns/net").readlink()
    except OSError:
        return None


def command_of(pid: int | None) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def parent(pid: int) -> int | None:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    except OSError:
        return None


def ticks_of(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])
