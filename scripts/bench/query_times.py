"""Opens a benchmark's index and asks it about each of its architectures once; prints milliseconds as JSON."""

import json
import random
import sys
import time
from pathlib import Path

from rminas_sidecar.benchmarks import Wanted, query, ranking
from rminas_sidecar.benchmarks.schema import open_index


def main() -> None:
    index = sys.argv[1]
    start = time.perf_counter()
    with open_index(Path(index)) as database:
        numbers = [row[0] for row in database.execute("SELECT number FROM architecture LIMIT 1")]
        opening = time.perf_counter() - start
        numbers = [row[0] for row in database.execute("SELECT number FROM architecture")]
    random.Random(1).shuffle(numbers)
    times = []
    for number in numbers:
        start = time.perf_counter()
        query(index, number)
        times.append(time.perf_counter() - start)
    times.sort()
    start = time.perf_counter()
    ranking(index, Wanted(None, None, None, None), 10)
    top = time.perf_counter() - start
    figures = {
        "opening": opening,
        "median": times[len(times) // 2],
        "p99": times[int(0.99 * len(times))],
        "top": top,
    }
    print(json.dumps({"queries": len(times)} | {name: 1000 * value for name, value in figures.items()}))


main()
