"""`python -m rminas_sidecar.describe`: prints the spaces, data sets, teachers and proxies as one JSON document."""

import argparse
import json
import os
import sys

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.plugins.catalogue import describe
from rminas_sidecar.plugins.loading import load_plugins


def main() -> int:
    """Returns the exit code: 0, or 1 when a plugin cannot be loaded."""
    parser = argparse.ArgumentParser(prog="rminas_sidecar.describe", description=__doc__)
    parser.add_argument(
        "--plugin",
        action="append",
        default=[],
        metavar="FILE_OR_MODULE",
        help="Python file or module that registers more; may be repeated",
    )
    options = parser.parse_args()
    # A plugin that prints must not break the document.
    output = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    try:
        plugins = [
            {"source": plugin.source, "name": plugin.name, "file": str(plugin.file), "sha256": plugin.digest()}
            for plugin in load_plugins(options.plugin)
        ]
    except SidecarError as error:
        print(f"rminas_sidecar.describe: {error.message}", *error.next_steps, sep="\n  ", file=sys.stderr)  # noqa: T201
        return 1
    with output:
        json.dump({"plugins": plugins, **describe()}, output)
        output.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
