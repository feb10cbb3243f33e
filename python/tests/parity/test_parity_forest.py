"""The forest: from the same draws, `RF_suggest` and our surrogate propose the same architectures."""

import logging
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from rminas_sidecar.backends.xnas import grow_forest, import_xnas
from rminas_sidecar.surrogate import features_of, fit_and_predict

Array = npt.NDArray[Any]
SEED = 7
WARM_UP, TURNS, CANDIDATES = 60, 6, 200

# What the originals call a space.
NAMES = {"nas-bench-201": "nasbench201", "darts": "darts", "nas-bench-macro": "nasbenchmacro", "proxyless": "proxyless"}
OPERATIONS = ["none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"]


class BenchmarkOrder:
    """Stands in for the API of NAS-Bench-201: an order of all genotypes, and not the benchmark's own."""

    def arch(self, index: int) -> str:
        names = [OPERATIONS[int(digit)] for digit in np.base_repr(index, 5).zfill(6)]
        return "|{}~0|+|{}~0|{}~1|+|{}~0|{}~1|{}~2|".format(*names)


def _table(space: str) -> Any:
    if space == "nas-bench-macro":
        return {np.base_repr(index, 3).zfill(8): None for index in range(3**8)}
    return BenchmarkOrder()


def _encode(space: str, features: Array) -> list[int]:
    """Our encoding of the original's architecture."""
    if space in ("nas-bench-201", "darts"):
        edges = features.reshape((6, 5) if space == "nas-bench-201" else (14, 7))
        # An edge without an operation has the category behind them all.
        return [int(edge.argmax()) if edge.any() else len(edge) for edge in edges]
    if space == "nas-bench-macro":
        return [int(block) for block in features]
    depths, kernels, expansions = np.split(features, [6, 27])
    return [*(depths - 1), *(kernels // 2), *(expansions // 3)]


@pytest.fixture(params=NAMES)
def space(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def sampler(space: str) -> Iterator[Any]:
    before = np.random.get_state()
    module = import_xnas("xnas.algorithms.RMINAS.sampler.RF_sampling")
    yield module.RF_suggest(
        NAMES[space], logging.getLogger(__name__), api=_table(space), batch=CANDIDATES, seed=SEED, thres_rate=0.2
    )
    np.random.set_state(before)


def _architecture(sampler: Any, sample: Any) -> Array:
    """The encoding that the original trains, of a sample of its own."""
    array: Array = sampler._index2arch_nb201(sample) if sampler.space == "nasbench201" else sample
    return array


def _train(sampler: Any, sample: Any) -> None:
    """What `train_procedure` of XNAS does, with a loss that is a sum over the encoding."""
    array = _architecture(sampler, sample)
    weights = np.sin(np.arange(array.size))
    sampler.trained_arch.append({"arch": array, "loss": float(weights @ array.ravel())})
    if sampler.space == "nasbench201":
        sampler.trained_arch_index.append(sample)


def _peek(sampler: Any) -> list[Array]:
    """The candidates that the next turn will draw and not find among those that were trained."""
    state = np.random.get_state()
    if sampler.space in ("nasbench201", "nasbenchmacro"):
        drawn = np.random.choice(sampler.max_space, size=CANDIDATES, replace=False)
        read: Callable[[Any], Array] = (
            sampler._index2arch_nb201
            if sampler.space == "nasbench201"
            else lambda index: np.array([int(digit) for digit in sampler.spaces[index]])
        )
        arrays = [read(index) for index in drawn]
    else:
        arrays = [sampler._single_sample(unique=False) for _ in range(CANDIDATES)]
    np.random.set_state(state)
    known = {trained["arch"].tobytes() for trained in sampler.trained_arch}
    # Of NAS-Bench-Macro the original compares texts of two forms, so that it finds none known.
    return [array for array in arrays if sampler.space == "nasbenchmacro" or array.tobytes() not in known]


def test_proposals(space: str, sampler: Any, exported: dict[str, Any], comparisons: Any) -> None:
    for sample in sampler.warmup_samples(WARM_UP):
        _train(sampler, sample)
    sampler.Warmup()
    layout, trees = exported["spaces"][space]["features"], exported["spaces"][space]["trees"]
    comparisons.equal("trees of a forest", trees, sampler.num_estimator)
    for _ in range(TURNS):
        candidates = _peek(sampler)
        request = {
            "features": layout,
            "known": [_encode(space, trained["arch"].ravel()) for trained in sampler.trained_arch],
            "good": [trained["loss"] < sampler.loss_thres for trained in sampler.trained_arch],
            "candidates": [_encode(space, candidate.ravel()) for candidate in candidates],
            "trees": trees,
            "seed": SEED,
        }
        rows = np.array([candidate.ravel() for candidate in candidates])
        comparisons.equal(
            "features of candidates", features_of(request["candidates"], layout, "candidates").tolist(), rows.tolist()
        )
        probabilities = fit_and_predict(request)
        comparisons.equal("probabilities", probabilities, sampler.model.predict_proba(rows)[:, 1].tolist())
        state = np.random.get_state()
        live = fit_and_predict({**request, "rfSuggest": space}, grow_forest)
        np.random.set_state(state)
        comparisons.equal("probabilities of RF_suggest behind `fit`", probabilities, live)
        pick = candidates[int(np.argmax(probabilities))]
        proposed = sampler.fitting_samples()
        if space == "nas-bench-macro":
            assert proposed is None, "XNAS proposes architectures of NAS-Bench-Macro: docs/fidelity.md says it does not"
            proposed = pick
        else:
            comparisons.equal("proposals", pick.tolist(), _architecture(sampler, proposed).tolist())
        _train(sampler, proposed)
        sampler.Fitting()
