"""Which worker of a device makes the copy of a prepared batch, and which workers map it."""

from dataclasses import dataclass, field
from typing import Any

from rminas_sidecar.protocol import Body


@dataclass
class Placement:
    """Where a worker computes, and whose copies of batches it uses there."""

    worker: int
    device: str | None = None
    """A device whose workers share its memory; None where each has its own."""
    owners: "dict[DeviceCopies, int]" = field(default_factory=dict)
    """Of each batch, the worker whose copy it maps. It cannot compute without that one."""

    def needs(self, worker: int) -> bool:
        """Whether it maps a copy of this worker's."""
        return worker in self.owners.values()


@dataclass
class _Copy:
    owner: int
    exists: bool = False
    handles: Any = None
    """None where other workers cannot map it."""


class DeviceCopies:
    """The copies of one batch, at most one on each device. A copy goes with the process of its owner."""

    def __init__(self) -> None:
        self._copies: dict[str, _Copy] = {}

    def claim(self, placement: Placement) -> bool:
        """Whether a worker may prepare now. It makes the copy of its device if there is none.

        It may not while another worker makes the copy that it can map.
        """
        if placement.device is None:
            return True
        copy = self._copies.setdefault(placement.device, _Copy(placement.worker))
        return copy.exists or copy.owner == placement.worker

    def offer(self, placement: Placement) -> Body | None:
        """The copy that a worker can map: its `owner` and `handles`. None where it makes one."""
        copy = self._copies.get(placement.device or "")
        if copy is None or copy.owner == placement.worker or copy.handles is None:
            return None
        # Noted before the answer, for the owner may die meanwhile.
        placement.owners[self] = copy.owner
        return {"owner": copy.owner, "handles": copy.handles}

    def keep(self, placement: Placement, made: Body | None) -> None:
        """Notes what a worker has answered.

        Args:
            placement: of the worker.
            made: the `owner` of the copy that it uses, None for itself, and the `handles` of its own. None after a
                failure.
        """
        if made is None:
            self.forget(placement.worker)
            return
        copy = self._copies.get(placement.device or "")
        if copy is not None and copy.owner == placement.worker:
            copy.exists, copy.handles = True, made["handles"]
        if made["owner"] is None:
            placement.owners.pop(self, None)

    def forget(self, worker: int) -> None:
        """Forgets the copies of a worker that has ended. The next one of its device makes another."""
        self._copies = {device: copy for device, copy in self._copies.items() if copy.owner != worker}
