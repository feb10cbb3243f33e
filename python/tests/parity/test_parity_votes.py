"""Votes, thresholds and decoding of a history, by the controller and by XNAS."""

import logging
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch

from rminas_sidecar.backends.original_networks import Modules, decode_darts
from rminas_sidecar.backends.xnas import import_original, import_xnas
from rminas_sidecar.surrogate import features_of

Array = npt.NDArray[Any]


def _read_nas_bench_201(genotype: str) -> Array:
    array: Array = import_xnas("xnas.algorithms.RMINAS.sampler.sampling").nb201genostr2array(genotype)
    return array


def _decode_darts_alpha(alpha: Any) -> str:
    utils = import_xnas("xnas.spaces.DARTS.utils")
    # It copies tensors in a way that torch advises against.
    with pytest.warns(UserWarning, match="copy construct"):
        return str(utils.reformat_DARTS(utils.geno_from_alpha(alpha)))


@pytest.fixture
def modules() -> Modules:
    return import_original().networks


ENCODERS: dict[str, Callable[[str], Array]] = {
    "nas-bench-201": lambda digits: np.eye(5)[[int(digit) for digit in digits]],
    "darts": lambda digits: np.eye(8)[[int(digit) for digit in digits], :7],
    "nas-bench-macro": lambda digits: np.array([int(digit) for digit in digits]),
    "mb": lambda digits: np.eye(7)[[int(digit) for digit in digits]],
}
"""The original's arrays of our encodings."""
NAMES = {"nas-bench-201": "nasbench201", "darts": "darts", "nas-bench-macro": "nasbenchmacro", "mb": "mb"}


def _agree_on_answer(history: dict[str, Any], voted: Array, comparisons: Any) -> None:
    """What we found in a history, and the array that the original found."""
    space, genotype = history["space"], history["answer"]
    if space == "darts":
        # As XNAS prints it: the eighth column of its vote is `none`.
        comparisons.equal("votes", genotype, _decode_darts_alpha(torch.from_numpy(np.r_[voted, voted])))
        voted = voted[:, :7]
    comparisons.equal("encodings voted for", ENCODERS[space](history["found"]).tolist(), voted.tolist())
    if space == "nas-bench-201":
        comparisons.equal("votes", _read_nas_bench_201(genotype).tolist(), voted.tolist())
    if space == "nas-bench-macro":
        comparisons.equal("votes", genotype, "".join(map(str, voted)))


def test_votes_and_thresholds(exported: dict[str, Any], comparisons: Any, capsys: pytest.CaptureFixture[str]) -> None:
    module = import_xnas("xnas.algorithms.RMINAS.sampler.RF_sampling")
    assert len(exported["histories"]) == 60
    for history in exported["histories"]:
        space = history["space"]
        sampler = module.RF_suggest(
            NAMES[space], logging.getLogger(__name__), api={}, thres_rate=history["thresholdRate"]
        )
        trained = [
            {"arch": ENCODERS[space](digits), "loss": np.inf if loss is None else loss}
            for digits, loss in zip(history["architectures"].split(), history["losses"], strict=True)
        ]
        sampler.trained_arch = trained[: history["warmup"]]
        sampler._update_lossthres()
        comparisons.equal("thresholds", history["threshold"], sampler.loss_thres)
        sampler.trained_arch = trained
        voted = sampler.optimal_arch(history["vote"], top=history["voters"])
        _agree_on_answer(history, voted, comparisons)
    capsys.readouterr()


def test_the_vote_for_proxyless_still_cannot_be_counted() -> None:
    """Why the histories contain no such case; docs/fidelity.md describes our behaviour."""
    module = import_xnas("xnas.algorithms.RMINAS.sampler.RF_sampling")
    sampler = module.RF_suggest("proxyless", logging.getLogger(__name__))
    sampler.loss_thres = 1.0
    sampler.trained_arch = [{"arch": np.ones(48, dtype=int), "loss": 0.0}]
    with pytest.raises(TypeError):
        sampler.optimal_arch("sum")


def test_decoding_of_darts(exported: dict[str, Any], modules: Modules, comparisons: Any) -> None:
    for digits, genotype in exported["spaces"]["darts"]["printed"]:
        sample = ENCODERS["darts"](digits)
        comparisons.equal("genotypes decoded", genotype, _decode_darts_alpha(modules.sampling.darts_sug2alpha(sample)))
        comparisons.equal("genotypes decoded in the backend", genotype, str(decode_darts(modules, genotype)))


@pytest.mark.parametrize(
    ("space", "read"),
    [
        ("nas-bench-201", _read_nas_bench_201),
        ("nas-bench-macro", lambda text: np.array(list(text)).astype(int)),
        ("proxyless", lambda text: np.array(list(text)).astype(int)),
    ],
)
def test_texts_mean_what_the_forest_sees(
    space: str, read: Callable[[str], Array], exported: dict[str, Any], comparisons: Any
) -> None:
    """The original's array of a text is the row that our forest sees of the encoding."""
    layout = exported["spaces"][space]["features"]
    for digits, genotype in exported["spaces"][space]["printed"]:
        row = features_of([[int(digit) for digit in digits]], layout, "printed")[0]
        comparisons.equal("features of genotypes", row.tolist(), read(genotype).ravel().tolist())
