"""Reads the proxies of a request."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.proxies.proxy import StaticProxy, TrainingProxy
from rminas_sidecar.proxies.registry import PROXIES

_WRITTEN = re.compile(r"([^@]*)(?:@([0-9]{1,7}))?")


@dataclass(frozen=True)
class TrainingRequest:
    """A training proxy after a number of updates; `text` is how it was asked for."""

    text: str
    proxy: TrainingProxy
    step: int


@dataclass(frozen=True)
class StaticRequest:
    """A static proxy; `text` is how it was asked for."""

    text: str
    proxy: StaticProxy


ProxyRequest = TrainingRequest | StaticRequest


def select(texts: Sequence[str], steps: int) -> list[ProxyRequest]:
    """Reads texts like `synflow`, `rmi@50`, or `rmi`, which is observed after the last update.

    Args:
        texts: of a request.
        steps: number of losses that a training observes, the first of them before any update.

    Raises:
        SidecarError: `unknown-proxy`, for an unknown name, or a step beyond the training.
    """
    return [_read(text, steps) for text in texts]


def _read(text: str, steps: int) -> ProxyRequest:
    match = _WRITTEN.fullmatch(text)
    proxy = PROXIES.get(match[1]) if match else None
    if match is None or proxy is None:
        raise _unknown(text)
    if isinstance(proxy, TrainingProxy):
        return TrainingRequest(text, proxy, _step(text, proxy.name, match[2], steps))
    if match[2] is not None:
        reason = f"{text}: {proxy.name} is measured without a training and has no steps."
        raise SidecarError("unknown-proxy", reason, [f"Write {proxy.name}."])
    return StaticRequest(text, proxy)


def _step(text: str, name: str, written: str | None, steps: int) -> int:
    step = steps - 1 if written is None else int(written)
    if step < steps:
        return step
    raise SidecarError(
        "unknown-proxy",
        f"{text}: a training of {steps} observations ends after {steps - 1} updates.",
        [f"Ask for at most {name}@{steps - 1}, or for a longer training (OPTIM.MAX_EPOCH)."],
    )


def _unknown(text: str) -> SidecarError:
    near = difflib.get_close_matches(text.partition("@")[0], PROXIES, n=3, cutoff=0.5)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    return SidecarError(
        "unknown-proxy",
        f"This sidecar has no proxy {text!r}.{hint}",
        [f"Choose one of {', '.join(PROXIES)}. Training proxies may have a step, e.g. rmi@50."],
    )
