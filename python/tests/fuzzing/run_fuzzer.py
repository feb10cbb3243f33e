"""Coverage-guided fuzzing of the readers of foreign bytes by atheris, which drives libFuzzer.

Each reader runs in a process of its own, which is forked after the imports. A fault ends the run of its reader: its
input is added to the kept corpus, and the exit code is 1.
stdout has a line of JSON for each reader: its name, and how many inputs ran, edges were covered, inputs are kept, and
faults were found. stderr has the log of libFuzzer.
"""

import argparse
import ctypes
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).parents[1]))
with atheris.instrument_imports(include=["rminas_sidecar", "json.decoder"]):
    from fuzzing import corpus
    from fuzzing.readers import READERS

# The seconds and megabytes of one input. Both are far above those of any input of this length.
_LIMITS = ("-timeout=120", "-rss_limit_mb=1500", "-max_len=8192")
_INNER = "--libfuzzer"
_SHOWN = 4000
"""Characters of a log that are printed."""


def main() -> int:
    """Fuzzes readers one after another; answers the exit code."""
    if sys.argv[1:2] == [_INNER]:
        # libFuzzer starts itself again to merge.
        _fuzz(sys.argv[2], sys.argv[3:])
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("readers", nargs="*", help=f"all by default: {', '.join(READERS)}")
    parser.add_argument("--seconds", type=int, default=10, help="for each reader")
    parser.add_argument("--runs", type=int, default=-1, help="inputs for each reader; no limit by default")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="add inputs that reach new code to the kept corpus")
    options = parser.parse_args()
    faults = []
    for name in options.readers or READERS:
        log, fine = _run(name, options)
        print(log[-_SHOWN:], file=sys.stderr, flush=True)
        print(
            json.dumps({"reader": name, **_counts(log), "kept": len(corpus.read(name)), "faults": 1 - fine}), flush=True
        )
        if not fine:
            faults.append(name)
    if faults:
        print(f"Faults were found and added to the kept corpus: {', '.join(faults)}", file=sys.stderr)
    return 1 if faults else 0


def _counts(log: str) -> dict[str, int]:
    """The numbers of inputs and of covered edges in a log of libFuzzer: those of its last line of progress."""
    lines = re.findall(r"^#(\d+)\t.* cov: (\d+) ", log, re.MULTILINE)
    inputs, edges = lines[-1] if lines else (0, 0)
    return {"inputs": int(inputs), "edges": int(edges)}


def _run(name: str, options: argparse.Namespace) -> tuple[str, bool]:
    """Fuzzes one reader; answers the log, and whether no fault was found."""
    folder = tempfile.mkdtemp(prefix="rminas-fuzz-")
    try:
        kept, new, merged, faults = (_folder(folder, part) for part in ("kept", "new", "merged", "faults"))
        for number, content in enumerate(corpus.read(name)):
            (kept / str(number)).write_bytes(content)
        log = Path(folder) / "log"
        limits = [f"-max_total_time={options.seconds}", f"-runs={options.runs}", f"-seed={options.seed}"]
        arguments = [
            *limits,
            f"-artifact_prefix={faults}/",
            str(new),
            str(kept),
        ]
        fine = _in_child(lambda: _fuzz(name, arguments), log)
        for file in faults.iterdir():
            corpus.keep_fault(name, file.read_bytes())
        if not fine and not any(faults.iterdir()):
            with log.open("a") as file:
                file.write("The fuzzer ended without naming an input.\n")
        if fine and options.keep:
            _in_child(lambda: _fuzz(name, ["-merge=1", str(merged), str(kept), str(new)]), Path(folder) / "merge")
            corpus.keep(name, (file.read_bytes() for file in merged.iterdir()))
        return log.read_text(errors="replace"), fine
    finally:
        shutil.rmtree(folder)


def _folder(parent: str, name: str) -> Path:
    path = Path(parent) / name
    path.mkdir()
    return path


def _in_child(work: Callable[[], None], log: Path) -> bool:
    """Does work that ends its process, in another process with a log; answers whether it succeeded."""
    pid = os.fork()
    if pid == 0:
        # Neither this function's caller nor Python's exit handlers may clean up the parent's files.
        code: object = 1
        try:
            descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            for stream in (1, 2):
                os.dup2(descriptor, stream)
            work()
            code = 0
        except SystemExit as end:
            code = end.code
        finally:
            # The end of a C program, not of Python: libFuzzer then writes the input that raised an exception.
            ctypes.CDLL(None).exit(int(bool(code)))
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status) == 0


def _fuzz(name: str, arguments: Sequence[str]) -> None:
    """Runs libFuzzer, which ends the process."""
    program = f"{sys.executable} {__file__} {_INNER} {name}"
    atheris.Setup([program, *_LIMITS, *arguments], READERS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
