"""Writes a file in the structure of NAS-Bench-201's, of the first architectures, with figures drawn at random."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "python" / "tests"))

from support.nas_bench_201_files import content, save_pth

architectures, file = sys.argv[1:]
save_pth(content(int(architectures)), Path(file))
