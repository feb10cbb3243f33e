"""Compares every figure of an index with what the published API answers; prints how many, and how many differ."""

import json
import math
import sys

from published_api import prepare
from rminas_sidecar.benchmarks import query


def main() -> None:
    file, index = sys.argv[1:]
    api = prepare(file)()
    compared = differing = 0
    for number, lengths in api.arch2infos_dict.items():
        for figure in query(index, number)["figures"]:
            results = lengths[str(figure["epochs"])]
            seed = False if figure["seed"] is None else figure["seed"]
            judge = results.get_metrics(figure["dataset"], figure["split"], is_random=seed)
            compared += 1
            # Means may differ in the last bit, where Python adds more exactly than numpy.
            if not all(math.isclose(figure[name], judge[name], rel_tol=1e-15) for name in ("accuracy", "loss")):
                differing += 1
    print(json.dumps({"compared": compared, "differing": differing}))


main()
