"""The settings of a Ray cluster, as the command line has them."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class RaySettings:
    """The cluster, and the share of it that a worker takes.

    Args:
        address: `auto` for the cluster of this machine, `local` for a new one, `ray://HOST:PORT` or `HOST:PORT`.
        resources: what a worker takes: `CPU`, `GPU`, `memory` in bytes, and names that the nodes define.
        allow_public: whether nodes may have addresses that the whole internet reaches.
    """

    address: str
    resources: Mapping[str, float]
    allow_public: bool = False

    @property
    def demand(self) -> str:
        """The resources of a worker, for messages, e.g. `CPU=1,GPU=0.5`."""
        return ",".join(f"{name}={amount:g}" for name, amount in self.resources.items())


def parse_resources(text: str) -> dict[str, float]:
    """The resources in a text such as `CPU=1,GPU=0.5,memory=2e9`.

    Raises:
        ValueError: a part is not NAME=NUMBER, or its number is not positive and finite.
    """
    resources: dict[str, float] = {}
    for part in text.split(","):
        name, equals, number = (word.strip() for word in part.partition("="))
        amount = float(number) if equals else 0.0
        if not name or not 0 <= amount < float("inf"):
            raise ValueError(f"expected NAME=NUMBER, got {part!r}")
        resources[name] = amount
    return resources
