"""The backend of the original functions where there are none, or broken ones; python/tests/parity has them."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rminas_sidecar.backends.xnas import XnasBackend, find_xnas, import_xnas
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.networks.nas_bench_201 import EXAMPLE
from rminas_sidecar.specification import NetworkSpecification, OptimizerSpecification, Specification
from support.evaluations import prepare_body

MODULES = [
    "algorithms/RMINAS/utils/RMI_torch.py",
    "algorithms/RMINAS/sampler/sampling.py",
    "algorithms/RMINAS/sampler/RF_sampling.py",
    "spaces/NASBench201/utils.py",
    "spaces/DARTS/cnn.py",
    "spaces/DARTS/genos.py",
    "spaces/DARTS/utils.py",
    "spaces/NASBenchMacro/cnn.py",
    "spaces/ProxylessNAS/cnn.py",
]


def _specification(space: str) -> Specification:
    nothing: Any = None
    return Specification(
        space,
        NetworkSpecification(4, 1, 10, 8),
        "digits",
        nothing,
        nothing,
        OptimizerSpecification(0.1, 0.9, 0.0, False, 0.0),
        2,
        0.8,
        1,
        "xnas",
        "plain",
        "float32",
    )


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with all the modules that are needed and nothing in them, in XNAS_HOME."""

    def forget() -> None:
        for name in [name for name in sys.modules if name.split(".")[0] == "xnas"]:
            del sys.modules[name]

    for module in MODULES:
        path = tmp_path / "xnas" / module
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    monkeypatch.setenv("XNAS_HOME", str(tmp_path))
    forget()
    yield tmp_path
    forget()


def _refusal() -> SidecarError:
    with pytest.raises(SidecarError) as caught:
        XnasBackend().build_network(_specification("nas-bench-201"), EXAMPLE)
    assert caught.value.code == "missing-backend"
    assert caught.value.next_steps
    return caught.value


def test_a_checkout_is_found(checkout: Path) -> None:
    path = list(sys.path)
    assert find_xnas() == str(checkout)
    assert sys.path == path
    assert "xnas.logger.meter" not in sys.modules


def test_the_real_meters_are_left_alone(checkout: Path) -> None:
    meters = checkout / "xnas" / "logger" / "meter.py"
    meters.parent.mkdir()
    meters.write_text("AverageMeter = 7\n")
    (checkout / "xnas/spaces/ProxylessNAS/cnn.py").write_text("from xnas.logger.meter import AverageMeter\n")
    assert find_xnas() == str(checkout)
    assert import_xnas("xnas.spaces.ProxylessNAS.cnn").AverageMeter is object
    assert "xnas.logger.meter" not in sys.modules


def test_a_folder_without_xnas_is_named(checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.setenv("XNAS_HOME", str(empty))
    assert find_xnas() is None
    assert f"XNAS_HOME is {empty}" in _refusal().message


@pytest.mark.parametrize("module", MODULES)
def test_a_module_that_is_missing_is_named(module: str, checkout: Path) -> None:
    (checkout / "xnas" / module).unlink()
    assert find_xnas() is None
    message = _refusal().message
    assert str(checkout) in message
    assert "xnas." + module.removesuffix(".py").replace("/", ".") in message


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ("import no_such_package", "No module named 'no_such_package'"),
        ("raise RuntimeError('of another age')", "RuntimeError: of another age"),
        ("def broken(:", "SyntaxError"),
    ],
)
def test_the_exception_of_a_broken_module_is_reported(source: str, named: str, checkout: Path) -> None:
    (checkout / "xnas/spaces/DARTS/cnn.py").write_text(source)
    path = list(sys.path)
    assert find_xnas() is None
    assert named in _refusal().message
    assert sys.path == path


@pytest.mark.parametrize(
    ("space", "genotype", "code"),
    [
        ("mb", "['Zero']", "invalid-message"),
        ("nas-bench-201", "|none~0|", "invalid-genotype"),
        ("darts", "__import__('os').abort()", "invalid-genotype"),
    ],
)
def test_wrong_genotypes_and_sizes_do_not_reach_the_originals(
    space: str, genotype: str, code: str, checkout: Path
) -> None:
    with pytest.raises(SidecarError) as caught:
        XnasBackend().build_network(_specification(space), genotype)
    assert caught.value.code == code


@pytest.fixture(scope="module")
def without_xnas(module_launcher: Any) -> Any:
    """A sidecar with a worker and without XNAS, and its hello."""
    sidecar = module_launcher.start_fork("--workers", "1", XNAS_HOME="")
    return sidecar, sidecar.receive("hello")["body"]


def test_hello_has_no_xnas(without_xnas: Any) -> None:
    assert without_xnas[1]["xnas"] is None


def test_xnas_that_is_wanted_and_absent_is_an_error(without_xnas: Any) -> None:
    body = prepare_body(steps=2, backend="xnas")
    error = without_xnas[0].ask("prepare", body)["body"]
    assert error["code"] == "missing-backend"
    assert "XNAS_HOME is not set" in error["message"]


def test_a_forest_of_xnas_is_grown_by_xnas_or_not_at_all(without_xnas: Any) -> None:
    body = {
        "features": [[[1, 0], [0, 1]]] * 6,
        "known": [[0] * 6, [1] * 6],
        "good": [True, False],
        "candidates": [[0] * 6, [1] * 6],
        "trees": 10,
        "seed": 1,
    }
    assert without_xnas[0].ask("fit", body)["body"]["probabilities"][0] > 0.5
    error = without_xnas[0].ask("fit", {**body, "rfSuggest": "nas-bench-201"})["body"]
    assert error["code"] == "missing-backend"
