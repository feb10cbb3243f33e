"""How much a pickle may make."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Limits of one pickle; None for no limit.

    A byte of a pickle can make an object of some 200 bytes. Calls, which can copy a long text again and again, may
    always copy only as much as was read.

    Args:
        objects: objects that it makes, and items that its calls copy.
    """

    objects: int | None = None


UNLIMITED = Limits()
