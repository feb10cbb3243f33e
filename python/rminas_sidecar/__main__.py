"""`python -m rminas_sidecar`: rminas starts it, keeps its stdin open and listens at the address."""

import argparse
import re
import sys

from rminas_sidecar.engines.worker_process import WorkerSettings
from rminas_sidecar.ipc.channel import ChannelError
from rminas_sidecar.server import Server, ServerSettings


def main() -> int:
    """Serves one controller.

    Returns:
        The exit code: 0 after an orderly end, 1 after a failure, 2 for wrong arguments.
    """
    settings = _parse_arguments()
    try:
        server = Server(settings)
    except ChannelError as error:
        print(f"rminas_sidecar: {error}", file=sys.stderr)  # noqa: T201
        return 2
    return server.run()


def _parse_arguments() -> ServerSettings:
    parser = argparse.ArgumentParser(prog="rminas_sidecar", description=__doc__)
    parser.add_argument("--address", required=True, help="address of the controller's socket, ipc://… or tcp://…")
    parser.add_argument("--workers", type=_number_of_workers, default=1, help="worker processes (default: 1)")
    parser.add_argument("--threads", type=_number_of_threads, default=1, help="threads of each worker (default: 1)")
    parser.add_argument("--device", type=_device, default="auto", help="cpu, cuda, cuda:N or auto (default)")
    parser.add_argument(
        "--allow",
        action="append",
        default=[],
        metavar="PATH",
        help="file or folder that messages may name, with everything in it; may be repeated (default: none)",
    )
    parser.add_argument(
        "--worker-deadline",
        type=_seconds,
        default=120.0,
        metavar="SECONDS",
        help="kill a busy worker that sends no heartbeat for this long (default: 120)",
    )
    parser.add_argument(
        "--parent-timeout",
        type=_seconds,
        default=30.0,
        metavar="SECONDS",
        help="end when the controller is silent for this long (default: 30)",
    )
    parser.add_argument(
        "--plugin",
        action="append",
        default=[],
        metavar="FILE_OR_MODULE",
        help="Python file or module that registers spaces, data sets, teachers or proxies; may be repeated",
    )
    options = parser.parse_args()
    worker = WorkerSettings(options.threads, options.device, tuple(options.plugin))
    return ServerSettings(
        address=options.address,
        workers=options.workers,
        worker=worker,
        worker_deadline_seconds=options.worker_deadline,
        allowed_paths=tuple(options.allow),
        parent_timeout_seconds=options.parent_timeout,
    )


def _number_of_workers(text: str) -> int:
    return _at_least(0, text)


def _number_of_threads(text: str) -> int:
    return _at_least(1, text)


def _at_least(least: int, text: str) -> int:
    number = int(text)
    if number < least:
        raise argparse.ArgumentTypeError(f"expected at least {least}, got {text}")
    return number


def _seconds(text: str) -> float:
    number = float(text)
    if not number > 0:
        raise argparse.ArgumentTypeError(f"expected a positive number of seconds, got {text}")
    return number


def _device(text: str) -> str:
    if not re.fullmatch(r"auto|cpu|cuda(:\d+)?", text):
        raise argparse.ArgumentTypeError(f"expected cpu, cuda, cuda:N or auto, got {text}")
    return text


if __name__ == "__main__":
    sys.exit(main())
