"""Proxies that a session measures: on real digits, in every space, their costs, and refused requests."""

import time
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.evaluation.session import Session
from rminas_sidecar.proxies import PROXIES, Context, measure
from rminas_sidecar.proxies.inference import inference_flops
from rminas_sidecar.proxies.proxy import Passes, StaticProxy, TrainingProxy
from rminas_sidecar.proxies.selection import StaticRequest
from support.genotypes import EXAMPLES

Specify = Callable[..., dict[str, Any]]
Assets = dict[str, None]
GENOTYPE = "|nor_conv_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|skip_connect~0|none~1|avg_pool_3x3~2|"
UNTRAINED = [name for name, proxy in PROXIES.items() if isinstance(proxy, StaticProxy)]
TRAINED = [name for name, proxy in PROXIES.items() if isinstance(proxy, TrainingProxy)]


def values(answer: dict[str, Any]) -> dict[str, float | None]:
    return {value["proxy"]: value["value"] for value in answer["values"]}


@pytest.fixture
def session(specification: Specify, shipped: Assets) -> Session:
    return Session.prepare(specification(), shipped, "cpu")


@pytest.mark.parametrize("arithmetic", ["plain", "fast"])
def test_training_proxies_read_the_observations_of_an_evaluation(
    arithmetic: str, specification: Specify, shipped: Assets
) -> None:
    session = Session.prepare(specification(arithmetic=arithmetic), shipped, "cpu")
    whole = session.evaluate(GENOTYPE, 3)
    curve = [f"rmi@{step}" for step in range(6)]
    measured = values(session.measure(GENOTYPE, 3, [*curve, *TRAINED]))
    assert [measured[name] for name in curve] == whole["curve"]
    assert measured["rmi"] == whole["loss"]
    assert measured["cross-entropy"] == whole["crossEntropy"]
    assert [measured[f"cka-{stage}"] for stage in (1, 2, 3)] == whole["cka"]
    assert measured["cka"] == pytest.approx(sum(whole["cka"]) / 3)


def test_a_shorter_training_observes_the_same(session: Session, specification: Specify, shipped: Assets) -> None:
    early = [f"{name}@2" for name in TRAINED]
    alone = values(session.measure(GENOTYPE, 3, early))
    whole = session.evaluate(GENOTYPE, 3)
    assert values(session.measure(GENOTYPE, 3, ["rmi", *early])) == {**alone, "rmi": whole["loss"]}
    short = Session.prepare(specification(steps=3), shipped, "cpu").evaluate(GENOTYPE, 3)
    assert [alone["rmi@2"], alone["cross-entropy@2"]] == [short["loss"], short["crossEntropy"]]


def test_there_is_one_training_and_only_as_long_as_it_must_be(session: Session) -> None:
    steps: list[None] = []
    answer = session.measure(GENOTYPE, 3, ["cka-1@1", "rmi@3", "synflow", "rmi@0"], lambda: steps.append(None))
    # Four observations, and one value of an untrained network.
    assert len(steps) == 4 + 1
    assert [value["proxy"] for value in answer["values"]] == ["cka-1@1", "rmi@3", "synflow", "rmi@0"]


def test_a_training_that_diverges_has_no_value_from_then_on(specification: Specify, shipped: Assets) -> None:
    fast = specification(optimizer={"learningRate": 1e30})
    session = Session.prepare(fast, shipped, "cpu")
    ended = session.evaluate(GENOTYPE, 3)["steps"]
    assert ended < 6
    answer = session.measure(GENOTYPE, 3, ["rmi", "rmi@0", "synflow"])
    measured = values(answer)
    assert measured["rmi"] is None
    assert measured["rmi@0"] is not None
    assert measured["synflow"] is not None
    # What was trained has been paid for.
    flops = session.evaluate(GENOTYPE, 3)["flops"]
    assert answer["values"][0]["flops"] == pytest.approx(flops * 16 * (3 * ended - 2))


@pytest.mark.parametrize("space", EXAMPLES)
def test_every_space_has_every_proxy(space: str, specification: Specify, shipped: Assets) -> None:
    body = specification(space=space, steps=2, network={"cells": 3}, optimizer={"learningRate": 0.01})
    session = Session.prepare(body, shipped, "cpu")
    genotype = EXAMPLES[space]
    first = values(session.measure(genotype, 3, [*UNTRAINED, *TRAINED]))
    assert {name for name, value in first.items() if value is None} == set()
    # Each in a network of its own: neither company nor order matters.
    for name in UNTRAINED:
        assert values(session.measure(genotype, 3, [name])) == {name: first[name]}
    by_seed = (
        *("rmi", "synflow", "naswot", "grad-norm", "snip", "plain", "grasp", "fisher", "l2-norm", "epe-nas", "zen"),
        *("zico", "az-expressivity", "az-trainability"),
    )
    other = values(session.measure(genotype, 4, by_seed))
    assert [name for name in by_seed if other[name] == first[name]] == []


def test_sizes(session: Session) -> None:
    measured = values(session.measure(GENOTYPE, 3, ["params", "flops", "az-complexity"]))
    # Channels 4, 8, 16: a stem, a cell of a 3 × 3 and a 1 × 1 convolution a stage, two reductions, a classifier.
    convolutions = 3 * 9 * 4 + sum((9 + 1) * width**2 for width in (4, 8, 16))
    reductions = sum(9 * width * 2 * width + 9 * 4 * width**2 + 2 * width**2 for width in (4, 8))
    norms = 2 * (4 + sum(2 * width for width in (4, 8, 16)) + sum(2 * 2 * width for width in (4, 8)) + 16)
    assert measured["params"] == convolutions + reductions + norms + 16 * 10 + 10
    assert measured["flops"] == measured["az-complexity"] == session.evaluate(GENOTYPE, 3)["flops"]


def test_a_disconnected_cell_has_the_values_that_there_are(session: Session) -> None:
    nothing = "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|"
    measured = values(session.measure(nothing, 3, UNTRAINED))
    missing = {name for name, value in measured.items() if value is None}
    assert missing == {"jacob-cov", "epe-nas", "naswot", "zen", "az-expressivity", "az-progressivity"}
    assert measured["synflow"] == 0


def test_a_cell_that_changes_nothing_is_not_trainable(session: Session) -> None:
    skip = "|none~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|"
    assert values(session.measure(skip, 3, ["az-trainability"])) == {"az-trainability": None}


class _Counting(nn.Module):
    """A network that counts the images that come in, and those whose gradients come back."""

    def __init__(self, network: nn.Module, counts: dict[str, int]) -> None:
        super().__init__()
        self.network = network
        self._counts = counts

    def forward(self, images: Tensor) -> tuple[list[Tensor], Tensor]:
        self._counts["forward"] += len(images)
        features, logits = self.network(images)
        if logits.requires_grad:
            logits.register_hook(self._count)
        return features, logits

    def _count(self, gradient: Tensor) -> None:
        self._counts["backward"] += len(gradient)


@pytest.mark.parametrize("name", UNTRAINED)
def test_a_network_that_was_only_looked_at_is_as_good_as_a_new_one(name: str, session: Session) -> None:
    def fresh() -> Context:
        return Context(lambda: session._build(GENOTYPE, 3), session._batch, 8, 3)

    proxy, looked_at = PROXIES[name], fresh()
    assert isinstance(proxy, StaticProxy)
    looked_at.shared(inference_flops)
    assert proxy.measure(looked_at) == proxy.measure(fresh())


def test_a_network_that_was_only_looked_at_is_handed_on_once(session: Session) -> None:
    context = Context(lambda: session._build(GENOTYPE, 3), session._batch, 8, 3)
    seen = context.look(lambda network: network)
    assert context.network() is seen
    assert context.network() is not seen


@pytest.mark.parametrize("name", UNTRAINED)
def test_a_proxy_takes_the_passes_that_it_declares(name: str, session: Session) -> None:
    counts = {"forward": 0, "backward": 0}
    context = Context(lambda: _Counting(session._build(GENOTYPE, 3), counts), session._batch, 8, 3)
    proxy = PROXIES[name]
    assert isinstance(proxy, StaticProxy)
    proxy.measure(context)
    passes = proxy.passes(16)
    assert counts["forward"] == passes.forward
    # That of AZ-NAS starts at features, and goes once through all of them. The product with the Hessian returns to the
    # logits once, and goes through the backward pass besides.
    away = {"az-trainability": passes.backward, "grasp": 16}
    assert counts["backward"] == passes.backward - away.get(name, 0)


def test_the_cost_is_that_of_each_alone_and_of_all_together(session: Session) -> None:
    flops = session.evaluate(GENOTYPE, 3)["flops"]
    asked = ["rmi@2", "rmi@4", "params", "synflow", "naswot", "zico", "az-expressivity", "az-trainability"]
    answer = session.measure(GENOTYPE, 3, asked)
    images = [16 * 7, 16 * 13, 0, 3, 16, 16 * 3, 16, 16 * 3]
    assert [value["flops"] for value in answer["values"]] == pytest.approx([flops * number for number in images])
    # One training, one network for the two of AZ-NAS.
    assert answer["flops"] == pytest.approx(flops * (16 * 13 + 3 + 16 + 16 * 3 + 16 * 3))
    assert all(value["seconds"] >= 0 for value in answer["values"])


def test_shared_results_are_computed_once_and_each_proxy_reports_its_seconds(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    monkeypatch.setattr(time, "perf_counter", lambda: clock[0])

    def shared(_context: Context) -> float:
        clock[0] += 10
        return 1.0

    def take(own: float, shares: bool) -> StaticRequest:
        def compute(context: Context) -> float:
            clock[0] += own
            return context.shared(shared) if shares else 0.0

        return StaticRequest(f"{own}", StaticProxy(f"{own}", "higher", "batch", "", lambda _: Passes(), compute))

    context = Context(lambda: session._build(GENOTYPE, 3), session._batch, 8, 3)
    asked = [take(1, True), take(2, True), take(3, False), take(4, True)]
    answer = measure(asked, context, lambda *_: None, lambda: None)
    assert [value["seconds"] for value in answer["values"]] == [11, 12, 3, 14]
    assert clock == [10 + 1 + 2 + 3 + 4]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("synflw", "Did you mean synflow?"),
        ("RMI", "This sidecar has no proxy 'RMI'"),
        ("rmi@", "This sidecar has no proxy 'rmi@'"),
        ("rmi@-1", "This sidecar has no proxy"),
        ("rmi@2.5", "This sidecar has no proxy"),
        ("rmi@1@2", "This sidecar has no proxy"),
        ("rmi@9999999999", "This sidecar has no proxy"),
        ("zzz", "This sidecar has no proxy 'zzz'."),
        ("cka-4", "Did you mean cka-"),
        ("rmi@6", "a training of 6 observations ends after 5 updates"),
        ("synflow@3", "synflow is measured without a training"),
        ("\ud800", "This sidecar has no proxy"),
        ("rmi\n", "This sidecar has no proxy"),
    ],
)
def test_an_unknown_proxy_is_refused_before_any_training(text: str, said: str, session: Session) -> None:
    steps: list[None] = []
    with pytest.raises(SidecarError) as refused:
        session.measure(GENOTYPE, 3, ["rmi@0", text], lambda: steps.append(None))
    assert refused.value.code == "unknown-proxy"
    assert said in refused.value.message
    assert refused.value.next_steps
    assert not steps


def test_a_foreign_genotype_is_refused(session: Session) -> None:
    with pytest.raises(SidecarError) as refused:
        session.measure("01201201", 3, ["params"])
    assert refused.value.code == "invalid-genotype"


def test_linear_algebra_that_does_not_converge_has_no_value(session: Session) -> None:
    def fail(_context: Context) -> float:
        return float(torch.linalg.eigvalsh(torch.full((2, 2), float("nan"))).sum())

    broken = StaticRequest("broken", StaticProxy("broken", "higher", "batch", "", lambda _: Passes(), fail))
    context = Context(lambda: session._build(GENOTYPE, 3), session._batch, 8, 3)
    assert values(measure([broken], context, lambda *_: None, lambda: None)) == {"broken": None}
