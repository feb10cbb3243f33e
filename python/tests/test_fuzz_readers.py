"""Each reader of foreign bytes over its kept corpus, and over new inputs of a coverage-guided fuzzer.

RMINAS_FUZZ_SECONDS and RMINAS_FUZZ_RUNS limit each reader, RMINAS_FUZZ_SEED repeats a run, RMINAS_FUZZ_KEEP adds new
inputs to the corpus, and RMINAS_FUZZ_TABLE names a file that gets a line of JSON with the counts of each reader.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import rminas_sidecar
from fuzzing import corpus
from fuzzing.readers import READERS
from support.limits import scaled

SEED = os.environ.get("RMINAS_FUZZ_SEED", "1")
SECONDS = int(os.environ.get("RMINAS_FUZZ_SECONDS", "1"))
RUNS = os.environ.get("RMINAS_FUZZ_RUNS", "20000" if SECONDS <= 3 else "-1")
PROGRAM = Path(__file__).parent / "fuzzing" / "run_fuzzer.py"


@pytest.mark.parametrize("name", READERS)
def test_the_kept_inputs_are_read_or_refused(name: str) -> None:
    accepted = [READERS[name](content) for content in corpus.read(name)]
    print(f"{name}: {len(accepted)} inputs, {sum(accepted)} accepted")
    assert any(accepted)
    assert not all(accepted)


def test_new_inputs_are_read_or_refused() -> None:
    pytest.importorskip("atheris", reason="atheris has no build for this Python and system")
    keep = ["--keep"] if os.environ.get("RMINAS_FUZZ_KEEP") else []
    done = subprocess.run(
        [sys.executable, str(PROGRAM), f"--seconds={SECONDS}", f"--runs={RUNS}", f"--seed={SEED}", *keep],
        env={**os.environ, "PYTHONPATH": str(Path(rminas_sidecar.__file__).parents[1])},
        capture_output=True,
        text=True,
        timeout=scaled(60) + 3 * SECONDS * len(READERS),
    )
    print(done.stdout)
    if table := os.environ.get("RMINAS_FUZZ_TABLE"):
        with Path(table).open("a", encoding="utf-8") as file:
            file.write(done.stdout)
    assert done.returncode == 0, done.stderr[-10_000:]
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["reader"] for row in rows] == list(READERS)
    assert all(row["inputs"] > 0 and row["edges"] > 0 for row in rows)
