"""Memory of a program: buffers get places in the arena, and share them where they are not needed at the same time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from rminas_sidecar.kernels.memory import aligned
from rminas_sidecar.kernels.program import ABSENT


@dataclass(eq=False, slots=True)
class Buffer:
    """A piece of the arena, `floats` long. `place` is its distance from the start."""

    floats: int
    place: int = ABSENT


@dataclass
class Arena:
    """Gives places to buffers, one after the other."""

    floats: int = 0
    _free: dict[int, list[int]] = field(default_factory=dict)
    """Places that were given back, by their size."""

    def give(self, buffer: Buffer) -> None:
        """Gives the buffer a place of its own, or one that was given back, the latest first: it may be in a cache."""
        size = aligned(buffer.floats)
        free = self._free.get(size)
        if free:
            buffer.place = free.pop()
        else:
            buffer.place = self.floats
            self.floats += size

    def give_once(self, buffer: Buffer) -> None:
        """Gives the buffer a place, unless it has one."""
        if buffer.place == ABSENT:
            self.give(buffer)

    def take_back(self, buffer: Buffer) -> None:
        """Other buffers may have the place from now on."""
        self._free.setdefault(aligned(buffer.floats), []).append(buffer.place)

    def plan(self, uses: Sequence[Iterable[Buffer]]) -> None:
        """Gives places to all buffers that have none.

        Args:
            uses: for each operation in order, the buffers that it reads and writes. A buffer has its place from the
                first operation that uses it to the last one.
        """
        last = {buffer: index for index, buffers in enumerate(uses) for buffer in buffers}
        planned = {buffer for buffer in last if buffer.place == ABSENT}
        for index, buffers in enumerate(uses):
            # Without duplicates, in order.
            different = dict.fromkeys(buffers)
            for buffer in different:
                self.give_once(buffer)
            for buffer in different:
                if last[buffer] == index and buffer in planned:
                    self.take_back(buffer)
