"""The proxies, by name."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from rminas_sidecar.objective.observation import Observation
from rminas_sidecar.proxies.context import Context
from rminas_sidecar.proxies.proxy import AnyProxy, Direction, Needs, Passes, StaticProxy, TrainingProxy
from rminas_sidecar.registry import Origin, RegistrationError, Registry

Measure = Callable[[Any], Any]
"""From a :class:`Context`, or for a training proxy an :class:`Observation`, to a number."""

PROXIES: Registry[AnyProxy] = Registry("proxy", unknown="unknown-proxy")


def register_proxy(
    name: str,
    *,
    direction: Direction,
    needs: Needs = "batch",
    paper: str = "",
    passes: Callable[[int], Passes] | None = None,
    family: str | None = None,
) -> Callable[[Measure], Measure]:
    """Registers the function that measures a proxy.

    The function is called with a :class:`Context` and returns a float: `context.network()` is a freshly initialised
    network of the architecture, `context.images` and `context.labels` are the batch. If it needs a training, it is
    called with an :class:`Observation` of the training instead (`loss`, `cross_entropy`, `cka`), and returns a scalar.
    NaN and infinity mean that the architecture has no value.

    Args:
        name: the proxy's name, up to 64 of a-z, 0-9, `.`, `_` and `-`.
        direction: ``higher`` or ``lower``: which of two values is the better architecture's.
        needs: ``nothing`` besides the network, the ``batch``, or a ``training`` on the batch. Users ask for the last
            kind after a number of updates, e.g. `name@50`.
        paper: where it was published.
        passes: images that pass forward and backward through the network, given the number of images in the batch, to
            tell the cost. None for one forward and one backward pass of the batch, or no pass if it needs nothing.
        family: proxies of one family share passes by :meth:`Context.shared`; named after one of them.

    Raises:
        RegistrationError: the name is taken, or `direction` or `needs` is not one of the words above.
    """
    if direction not in ("higher", "lower"):
        raise RegistrationError(f"The proxy {name!r} has the direction {direction!r}: give 'higher' or 'lower'")
    if needs not in ("nothing", "batch", "training"):
        raise RegistrationError(f"The proxy {name!r} needs {needs!r}: give 'nothing', 'batch' or 'training'")

    def register(measure: Measure) -> Measure:
        origin = PROXIES.origin(name, measure)
        checked = measure if origin.plugin is None else _checked(measure, origin)
        if needs == "training":
            PROXIES.register(name, TrainingProxy(name, direction, paper, checked))
        else:
            cost = passes or (_no_pass if needs == "nothing" else _one_pass)
            PROXIES.register(name, StaticProxy(name, direction, needs, paper, cost, checked, family))
        return measure

    return register


def _no_pass(_images: int) -> Passes:
    return Passes()


def _one_pass(images: int) -> Passes:
    return Passes(forward=images, backward=images)


def _checked(measure: Measure, origin: Origin) -> Measure:
    """The same function, whose exceptions and answers that are not numbers name the plugin."""

    def checked(argument: Context | Observation) -> Any:
        try:
            with origin.guard():
                answer = measure(argument)
        except Exception as error:
            if isinstance(error.__cause__, torch.linalg.LinAlgError):  # type: ignore[attr-defined]
                # As for a built-in: no value, and not a failure.
                raise error.__cause__ from None
            raise
        if isinstance(argument, Observation):
            # A training is observed on the device, where a tensor must stay until it is read.
            answer = answer if isinstance(answer, Tensor) else _number(answer, origin, torch.tensor)
            return answer if answer.numel() == 1 else _refuse(answer, origin)
        return _number(answer, origin, float)

    return checked


def _number(answer: object, origin: Origin, convert: Callable[[Any], Any]) -> Any:
    if isinstance(answer, (int, float)) or (isinstance(answer, Tensor) and answer.numel() == 1):
        return convert(float(answer))
    return _refuse(answer, origin)


def _refuse(answer: object, origin: Origin) -> Any:
    shape = f" of shape {list(answer.shape)}" if isinstance(answer, Tensor) else ""
    raise origin.failure(f"returned {type(answer).__name__}{shape}, not a number")
