"""A coverage-guided fuzzer for one reader of foreign bytes: atheris, which drives libFuzzer.

Usage: python run_fuzzer.py READER FOLDER... [-OPTION...]: libFuzzer's folders and options. Inputs that reach new code
are written into the first folder. A fault is written into the reader's corpus, and ends the process.
"""

import sys
from pathlib import Path

import atheris

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER.parent))
with atheris.instrument_imports(include=["rminas_sidecar", "json.decoder"]):
    from fuzzing.readers import READERS

_LIMITS = ("-timeout=30", "-rss_limit_mb=1500", "-print_final_stats=1")


def main() -> None:
    """Runs until a limit of libFuzzer's options is reached, or a fault is found."""
    name, *arguments = sys.argv[1:]
    # libFuzzer starts itself again to merge, by this name.
    program = f"{sys.executable} {__file__} {name}"
    faults = f"-artifact_prefix={FOLDER / 'corpus' / name}/fault-"
    atheris.Setup([program, *_LIMITS, faults, *arguments], READERS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
