"""Measures the proxies of a request: one training for all training proxies, and a network for each static one."""

import math
import time
from collections.abc import Callable, Generator, Sequence
from typing import Any

import torch

from rminas_sidecar.objective.observation import Observation, OnObservation, finite_or_none
from rminas_sidecar.proxies.context import Context
from rminas_sidecar.proxies.inference import inference_flops
from rminas_sidecar.proxies.proxy import Passes
from rminas_sidecar.proxies.selection import ProxyRequest, StaticRequest, TrainingRequest

Train = Callable[[int, OnObservation], None]
"""Trains a fresh network for a number of observations, or until its loss is not finite, and reports each of them."""
Measuring = Generator[tuple[int, OnObservation], None, dict[str, Any]]
"""Yields what :data:`Train` takes, goes on after that training, and returns the protocol's measurement."""
Value = dict[str, Any]
"""The protocol's value of one proxy."""


def measure(
    asked: Sequence[ProxyRequest], context: Context, train: Train, on_step: Callable[[], None]
) -> dict[str, Any]:
    """Measures proxies.

    Args:
        asked: the proxies, in the order of the answer.
        context: of the request.
        train: called once if there is a training proxy.
        on_step: called after each observation, and after each value.

    Returns:
        The protocol's measurement without its seconds.
    """
    measuring = begin_measuring(asked, context, on_step)
    try:
        while True:
            train(*next(measuring))
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]


def begin_measuring(asked: Sequence[ProxyRequest], context: Context, on_step: Callable[[], None]) -> Measuring:
    """See :func:`measure`. The caller trains, alone or beside others."""
    flops = context.shared(inference_flops)
    trained = [it for it in asked if isinstance(it, TrainingRequest)]
    values = yield from _measure_training(trained, flops * len(context.labels), on_step)
    # Proxies of one family share their passes, so the most expensive of them counts.
    cost_of = {"training": max((value["flops"] for value in values.values()), default=0.0)}
    for it in asked:
        if isinstance(it, StaticRequest) and it.text not in values:
            values[it.text] = value = _measure_one(it, context, flops)
            family = it.proxy.family or it.proxy.name
            cost_of[family] = max(cost_of.get(family, 0.0), value["flops"])
            on_step()
    return {"values": [values[it.text] for it in asked], "flops": sum(cost_of.values())}


def _measure_training(
    trained: Sequence[TrainingRequest], flops: float, on_step: Callable[[], None]
) -> Generator[tuple[int, OnObservation], None, dict[str, Value]]:
    """The values of training proxies, by their text.

    Args:
        flops: millions of multiply-adds of a forward pass of the batch.
    """
    values: dict[str, Value] = {}
    if not trained:
        return values
    start = time.perf_counter()
    updates = -1

    def cost() -> dict[str, float]:
        passes = Passes(forward=updates + 1, backward=updates)
        return {"flops": passes.flops(flops), "seconds": time.perf_counter() - start}

    def look(observation: Observation) -> None:
        nonlocal updates
        updates += 1
        for it in trained:
            if it.step == updates:
                number = finite_or_none(it.proxy.read(observation))
                values[it.text] = {"proxy": it.text, "value": number, **cost()}
        on_step()

    yield 1 + max(it.step for it in trained), look
    for it in trained:
        # The loss was not finite before that step.
        values.setdefault(it.text, {"proxy": it.text, "value": None, **cost()})
    return values


def _measure_one(it: StaticRequest, context: Context, flops: float) -> Value:
    """The value of a static proxy; `flops` are the millions of multiply-adds for one image."""
    start, borrowed = time.perf_counter(), context.borrowed_seconds
    try:
        number = it.proxy.measure(context)
    except torch.linalg.LinAlgError:  # type: ignore[attr-defined]
        # It does not converge for values that are not finite.
        number = math.nan
    return {
        "proxy": it.text,
        "value": number if math.isfinite(number) else None,
        "flops": it.proxy.passes(len(context.labels)).flops(flops),
        "seconds": time.perf_counter() - start + context.borrowed_seconds - borrowed,
    }
