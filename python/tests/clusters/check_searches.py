"""Whole searches on a Ray cluster whose nodes come and go."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ray.cluster_utils import Cluster

from clusters.nodes import PATIENCE_SECONDS, add_node, lose_node, until

pytest_plugins = ["clusters.fixtures"]

ROOT = Path(__file__).parents[3]

SETTINGS = {"RF_WARMUP": 8, "RF_SUCC": 3, "MAX_EVALUATIONS": 13}
"""Eight random architectures, and five that are proposed, two at a time."""


def test_a_search_ends_the_same_on_every_engine_and_whatever_happens_to_the_nodes(
    cluster: Cluster, forking: Mapping[str, str], tmp_path: Path
) -> None:
    add_node(cluster)
    add_node(cluster)
    ray = ["--engine", "ray", "--ray-address", cluster.address, "--max-workers", "3"]
    expected = finish(search(tmp_path / "local", "--workers", "1", environment=forking))

    running = search(tmp_path / "ray", *ray)
    until(lambda: len(evaluated(tmp_path / "ray")) >= 2, "the warm-up")
    lose_node(cluster)
    until(lambda: len(evaluated(tmp_path / "ray")) >= 9, "the guided phase")
    add_node(cluster)
    lose_node(cluster)
    result = finish(running)
    assert evaluated(tmp_path / "ray") == evaluated(tmp_path / "local")
    assert [result[key] for key in SAME] == [expected[key] for key in SAME]

    # Three local workers begin, and one of the cluster ends it.
    running = search(tmp_path / "moved", "--workers", "3", environment={**forking, **INTERRUPTED})
    assert running.wait(PATIENCE_SECONDS) == 130
    folder = only_run(tmp_path / "moved")
    move_to_ray(folder / "config.yaml", cluster.address)
    result = finish(start_program("search", "--resume", str(folder), "--no-cache", "--json"))
    assert evaluated(tmp_path / "moved") == evaluated(tmp_path / "local")
    assert [result[key] for key in SAME] == [expected[key] for key in SAME]
    assert result["cost"]["sessions"] == 2


INTERRUPTED = {
    "NODE_OPTIONS": f"--import {(ROOT / 'test/support/signal-at.mjs').as_uri()}",
    "RMINAS_TEST_MOMENT": "journal evaluated 3 synced",
    "RMINAS_TEST_SIGNAL": "SIGINT",
}
"""Lets a search send itself a signal in the warm-up. One from here might come after its end on a busy machine."""

SAME = ("genotype", "best", "stop", "voters", "threshold", "successes")


def search(out: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> "subprocess.Popen[str]":
    keys = [word for name, value in SETTINGS.items() for word in (f"RMINAS.{name}", str(value))]
    places = ["--device", "cpu", "--out", str(out), "--no-cache", "--json"]
    return start_program("search", "--cfg", "quickstart", *places, *arguments, *keys, environment=environment)


def start_program(*arguments: str, environment: Mapping[str, str] | None = None) -> "subprocess.Popen[str]":
    variables = {**os.environ, "RMINAS_PYTHON": sys.executable, **(environment or {})}
    command = ["node", str(ROOT / "bin" / "run.js"), *arguments]
    return subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(running: "subprocess.Popen[str]") -> dict[str, Any]:
    stdout, stderr = running.communicate(timeout=PATIENCE_SECONDS)
    assert running.returncode == 0, stderr
    result: dict[str, Any] = json.loads(stdout)
    return result


def only_run(out: Path) -> Path:
    (folder,) = out.iterdir()
    return folder


def evaluated(out: Path) -> dict[str, Any]:
    """The evaluations in the journal of the only run in a folder, without seconds. Fails if one is there twice."""
    found: dict[str, Any] = {}
    for journal in out.glob("*/journal.jsonl"):
        for line in journal.read_text().splitlines(keepends=True):
            entry = json.loads(line)["entry"] if line.endswith("\n") else {}
            if entry.get("type") == "evaluated":
                assert entry["genotype"] not in found
                evaluation = entry["outcome"]["evaluation"]
                found[entry["genotype"]] = {**evaluation, "seconds": None, "seed": entry["seed"]}
    return found


def move_to_ray(config: Path, address: str) -> None:
    """Changes the engine of an interrupted run."""
    text = config.read_text()
    for key, value in {"ENGINE": "ray", "RAY_ADDRESS": address, "WORKERS": "1"}.items():
        text, count = re.subn(rf"(?m)^(  {key}: ).*$", rf"\g<1>{value}", text)
        assert count == 1, key
    config.write_text(text)
