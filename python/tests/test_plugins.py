"""Plugins, as files and as installed packages, in a real sidecar, and the errors of broken ones."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import rminas_sidecar
from support.evaluations import DIGEST, evaluate_body, measure_body, prepare_body, values_of
from support.fresh import Done, run_program

PLUGINS = Path(__file__).parent / "fixtures" / "plugins"
TOY = PLUGINS / "toy.py"
PACKAGE = str(Path(rminas_sidecar.__file__).parents[1])
GENOTYPE = "width=8,depth=2"
ADDED = {
    "spaces": ["toy-space"],
    "datasets": ["stripes"],
    "teachers": ["stripes-teacher"],
    "proxies": ["toy-depth", "toy-loss"],
}


def toy_body(**changes: Any) -> dict[str, Any]:
    return prepare_body(
        **{
            "space": "toy-space",
            "network": {"channels": 4, "cells": 1, "classes": 4, "resolution": 8},
            "dataset": "stripes",
            "teacher": {"architecture": "stripes-teacher", "mode": "eval"},
            **changes,
        }
    )


@pytest.fixture(scope="module")
def toy(module_launcher: Any) -> Any:
    """A sidecar with the toy plugin and two workers that is prepared."""
    sidecar = module_launcher.start_fork("--workers", "2", "--plugin", str(TOY))
    sidecar.hello = sidecar.receive("hello", "error")["body"]
    sidecar.log = sidecar.receive("log")["body"]
    sidecar.prepared = sidecar.ask("prepare", toy_body())
    assert sidecar.prepared["type"] == "prepared", sidecar.prepared
    return sidecar


def test_hello_lists_what_a_plugin_adds_after_what_is_built_in(toy: Any) -> None:
    available = toy.hello["available"]
    assert {kind: [name for name in names if name in ADDED[kind]] for kind, names in available.items()} == ADDED
    assert {"nas-bench-201", "darts"} < set(available["spaces"])
    assert {"rmi", "synflow"} < set(available["proxies"])


def test_the_log_names_the_plugin(toy: Any) -> None:
    assert toy.log == {"level": "info", "text": f"The plugin {TOY} was loaded."}


def test_workers_prepare_the_same_batch_and_a_teacher_that_trains_itself(toy: Any) -> None:
    body = toy.prepared["body"]
    assert body["dataset"] == {"images": 80, "expected": 80}
    assert body["batch"]["size"] == 8
    assert body["batch"]["teacherAccuracy"] > 0.9


def test_an_architecture_is_evaluated_verified_and_measured(toy: Any) -> None:
    evaluated = toy.ask("evaluate", evaluate_body(3, DIGEST, GENOTYPE))
    assert evaluated["type"] == "evaluated", evaluated
    assert len(evaluated["body"]["cka"]) == 3
    again = toy.ask("evaluate", evaluate_body(3, DIGEST, GENOTYPE))
    assert again["body"]["curve"] == evaluated["body"]["curve"]
    proxies = ["toy-depth", "toy-loss", "toy-loss@1", "synflow", "az-trainability", "rmi"]
    values = values_of(toy.ask("measure", measure_body(proxies, 3, DIGEST, GENOTYPE)))
    curve = evaluated["body"]["curve"]
    assert values["toy-depth"] == 6
    assert (values["toy-loss"], values["toy-loss@1"], values["rmi"]) == (2 * curve[-1], 2 * curve[1], curve[-1])
    training = {"epochs": 1, "batchSize": 20, "learningRate": 0.1}
    verified = toy.ask("verify", {**evaluate_body(3, DIGEST, GENOTYPE), **training})
    assert (verified["body"]["trainImages"], verified["body"]["heldOutImages"]) == (80, 20)


@pytest.mark.parametrize(
    ("genotype", "problem"),
    [
        ("depth=2,width=8", "its slots must be width, depth, in this order"),
        ("width=8", "its slots must be width, depth, in this order"),
        ("width=8,depth=4", "depth has no choice '4'"),
        ("width=8,depth=", "depth has no choice ''"),
        ("", "its slots must be width, depth, in this order"),
    ],
)
def test_a_genotype_must_have_the_choices_of_the_slots(toy: Any, genotype: str, problem: str) -> None:
    from rminas_sidecar.errors import SidecarError
    from rminas_sidecar.networks.registry import parse_choices

    slots = {"width": (4, 8), "depth": (1, 2, 3)}
    with pytest.raises(SidecarError, match=problem) as caught:
        parse_choices("toy-space", slots, genotype)
    assert caught.value.code == "invalid-genotype"
    assert "width=4,depth=1" in caught.value.next_steps[0]


def test_a_wrong_genotype_is_refused_by_the_sidecar(toy: Any) -> None:
    body = toy.ask("evaluate", evaluate_body(3, DIGEST, "width=5,depth=1"))["body"]
    assert (body["code"], body["traceback"]) == ("invalid-genotype", None)
    assert "width has no choice '5'" in body["message"]


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"dataset": "strips"}, "data set 'strips'. Did you mean stripes?"),
        ({"teacher": {"architecture": "stripes-teachr", "mode": "eval"}}, "teacher 'stripes-teachr'. Did you mean"),
    ],
)
def test_unknown_names_are_refused_with_the_nearest(toy: Any, changes: dict[str, Any], kind: str) -> None:
    body = toy.ask("prepare", {**toy_body(**changes), "digest": "cd" * 32})["body"]
    assert (body["code"], body["traceback"]) == ("unknown-name", None)
    assert body["message"].startswith(f"This sidecar has no {kind}")
    assert "stripes" in body["nextSteps"][0]
    assert "--plugin" in body["nextSteps"][1]


def test_an_unknown_space_is_refused(toy: Any) -> None:
    digest = "de" * 32
    assert toy.ask("prepare", {**toy_body(space="toy-spce"), "digest": digest})["type"] == "prepared"
    body = toy.ask("evaluate", evaluate_body(3, digest, GENOTYPE))["body"]
    assert (body["code"], body["traceback"]) == ("unknown-name", None)
    assert body["message"] == "This sidecar has no space 'toy-spce'. Did you mean toy-space?"


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A folder like site-packages, with the toy plugin as an installed package's entry point."""
    (tmp_path / "toy_package.py").write_text(TOY.read_text())
    info = tmp_path / "toy_package-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: toy-package\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[rminas.plugins]\ntoys = toy_package\n")
    return tmp_path


def describe(*arguments: str, path: str = "") -> Done:
    """What `python -m rminas_sidecar.describe` answers, in a process that has imported PyTorch already."""
    program = "import sys; from rminas_sidecar.describe import main; sys.exit(main())"
    return run_program(program, arguments, {"PYTHONPATH": path} if path else {})


def describe_anew(*arguments: str, path: str = "") -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [PACKAGE, path])), "PYTHONSAFEPATH": "1"}
    command = [sys.executable, "-m", "rminas_sidecar.describe", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_an_installed_plugin_is_loaded_by_the_name_of_its_entry_point(launcher: Any, installed: Path) -> None:
    environment = {"PYTHONPATH": f"{PACKAGE}{os.pathsep}{installed}"}
    sidecar = launcher.start_for(*launcher.bind(), ["--workers", "1", "--plugin", "toys"], environment)
    assert "toy-space" in sidecar.receive("hello")["body"]["available"]["spaces"]
    assert sidecar.receive("log")["body"]["text"] == "The plugin toys (toy_package) was loaded."
    assert sidecar.ask("prepare", toy_body())["type"] == "prepared"
    assert sidecar.ask("evaluate", evaluate_body(3, DIGEST, GENOTYPE))["type"] == "evaluated"


def test_without_workers_nothing_is_available(launcher: Any) -> None:
    sidecar = launcher.start("--workers", "0", "--plugin", str(TOY))
    assert sidecar.receive("hello")["body"]["available"] is None


def test_describe_prints_everything_with_its_origin(installed: Path) -> None:
    done = describe_anew("--plugin", "toys", path=str(installed))
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    file = installed / "toy_package.py"
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    expected = {"source": "toys", "name": "toys (toy_package)", "file": str(file), "sha256": digest}
    assert found.pop("plugins") == [expected]
    toy = next(it for it in found["spaces"] if it["name"] == "toy-space")
    slots = [{"name": "width", "choices": ["4", "8"]}, {"name": "depth", "choices": ["1", "2", "3"]}]
    assert toy == {"name": "toy-space", "plugin": "toys (toy_package)", "slots": slots}
    by_name = {kind: {it["name"]: it for it in things} for kind, things in found.items()}
    assert by_name["spaces"]["darts"] == {"name": "darts", "plugin": None, "slots": None}
    facts = {"classes": 4, "resolution": 8, "resizable": False, "expected": 80, "teacher": None}
    assert by_name["datasets"]["stripes"] == {"name": "stripes", "plugin": "toys (toy_package)", **facts}
    assert by_name["datasets"]["imagenet"]["resizable"] is True
    teacher = {"name": "stripes-teacher", "plugin": "toys (toy_package)", "classes": 4, "shipsWeights": True}
    assert by_name["teachers"]["stripes-teacher"] == teacher
    assert by_name["teachers"]["resnet20"]["shipsWeights"] is False
    proxy = {"name": "toy-loss", "plugin": "toys (toy_package)", "direction": "lower", "needs": "training"}
    assert by_name["proxies"]["toy-loss"] == proxy


def test_an_installed_plugin_that_is_not_named_does_not_run(installed: Path) -> None:
    (installed / "toy_package.py").write_text("1 / 0\n")
    done = describe(path=str(installed))
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert found.pop("plugins") == []
    assert {thing["plugin"] for things in found.values() for thing in things} == {None}


def test_a_plugin_that_prints_leaves_the_document_alone(tmp_path: Path) -> None:
    plugin = tmp_path / "talks.py"
    plugin.write_text("import os\nprint('hello')\nos.write(1, b'hello again')\n")
    done = describe_anew("--plugin", str(plugin))
    assert set(json.loads(done.stdout)) == {"plugins", "spaces", "datasets", "teachers", "proxies"}
    assert "hello again" in done.stderr


HEAD = "import torch\nfrom rminas_sidecar.plugins import *\n"
BROKEN = {
    "raises at import": (
        "x = 1\nraise ValueError('boom')\n",
        "ValueError: boom ({file}, line 2: raise ValueError('boom'))",
    ),
    "is not Python": ("def f(:\n", "SyntaxError: invalid syntax (plugin.py, line 1)"),
    "exits": ("import sys\nsys.exit(3)\n", "SystemExit: 3 ({file}, line 2: sys.exit(3))"),
    "imports nothing": (
        "import not_there\n",
        "ModuleNotFoundError: No module named 'not_there' ({file}, line 1: import not_there)",
    ),
    "takes a built-in name": (
        HEAD + "@register_space('darts')\ndef build(genotype, size): ...\n",
        "The space 'darts' is built in: choose another name ({file}, line 3: @register_space('darts'))",
    ),
    "takes a name twice": (
        HEAD + "for _ in range(2):\n    register_proxy('p', direction='higher')(len)\n",
        "The proxy 'p' is registered already, by the plugin {file}: choose another name "
        "({file}, line 4: register_proxy('p', direction='higher')(len))",
    ),
    "has a name that no message can carry": (
        HEAD + "register_teacher('My Teacher', classes=2)(len)\n",
        "'My Teacher' cannot be the name of a teacher",
    ),
    "has a choice that no genotype can carry": (
        HEAD + "register_space('s', slots={'a': ['x,y']})(len)\n",
        "The space 's' cannot have 'x,y' in its genotypes",
    ),
    "has a direction that is neither": (
        HEAD + "register_proxy('p', direction='up')(len)\n",
        "The proxy 'p' has the direction 'up': give 'higher' or 'lower'",
    ),
}


@pytest.mark.parametrize("what", list(BROKEN))
def test_a_plugin_that_does_not_load_is_explained(what: str, tmp_path: Path) -> None:
    source, reason = BROKEN[what]
    plugin = tmp_path / "plugin.py"
    plugin.write_text(source)
    done = describe("--plugin", str(plugin))
    assert (done.returncode, done.stdout) == (1, "")
    assert f"The plugin {plugin} cannot be loaded: {reason.format(file=plugin)}" in done.stderr
    assert f"Correct {plugin}." in done.stderr
    assert "Traceback" not in done.stderr


def test_a_plugin_that_is_not_there_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "missing.py"
    assert f"there is no file {missing}" in describe("--plugin", str(missing)).stderr
    assert "No module named 'no_such_module'" in describe("--plugin", "no_such_module").stderr


def test_an_installed_plugin_that_does_not_load_can_be_uninstalled(installed: Path) -> None:
    (installed / "toy_package.py").write_text("1 / 0\n")
    stderr = describe("--plugin", "toys", path=str(installed)).stderr
    assert "The plugin toys (toy_package) cannot be loaded: ZeroDivisionError" in stderr
    assert "Correct or uninstall the package toy-package." in stderr


def test_a_sidecar_whose_plugin_does_not_load_ends_and_says_why(launcher: Any, tmp_path: Path) -> None:
    plugin = tmp_path / "plugin.py"
    plugin.write_text("raise ValueError('boom')\n")
    code, stderr = launcher.start("--workers", "2", "--plugin", str(plugin)).wait()
    assert code == 1
    reason = f"ValueError: boom ({plugin}, line 1: raise ValueError('boom'))"
    expected = f"rminas_sidecar ends: [plugin-failed] The plugin {plugin} cannot be loaded: {reason}"
    assert f"{expected}\n  next step: Correct {plugin}.\n" in stderr
    assert "Traceback" not in stderr
