"""`python -m rminas_sidecar`: started by rminas, which holds its stdin open and listens at the address."""

import argparse
import re
import sys

from rminas_sidecar.engines.worker_process import WorkerSettings
from rminas_sidecar.ipc.channel import ChannelError
from rminas_sidecar.server import Server, ServerSettings


def main() -> int:
    """Serves one controller; the exit code is 0 after an orderly end, 1 after a failure and 2 for wrong arguments."""
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
    parser.add_argument("--workers", type=_number_of_workers, default=1, help="processes that train (default: 1)")
    parser.add_argument("--threads", type=_number_of_threads, default=1, help="threads of each of them (default: 1)")
    parser.add_argument("--device", type=_device, default="auto", help="cpu, cuda, cuda:N or auto (default)")
    parser.add_argument(
        "--allow",
        action="append",
        default=[],
        metavar="PATH",
        help="file or folder that messages may name, with all that is in it; may be repeated (default: none)",
    )
    parser.add_argument(
        "--worker-deadline",
        type=_seconds,
        default=120.0,
        metavar="SECONDS",
        help="how long a worker may give no sign of life, such as a training step (default: 120)",
    )
    parser.add_argument(
        "--parent-timeout",
        type=_seconds,
        default=30.0,
        metavar="SECONDS",
        help="how long the controller may say nothing (default: 30)",
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
        allowed=tuple(options.allow),
        parent_timeout_seconds=options.parent_timeout,
    )


def _number_of_workers(text: str) -> int:
    return _at_least(0, text)


def _number_of_threads(text: str) -> int:
    return _at_least(1, text)


def _at_least(least: int, text: str) -> int:
    number = int(text)
    if number < least:
        raise argparse.ArgumentTypeError(f"{text} is under {least}")
    return number


def _seconds(text: str) -> float:
    number = float(text)
    if not number > 0:
        raise argparse.ArgumentTypeError(f"{text} is no positive number of seconds")
    return number


def _device(text: str) -> str:
    if not re.fullmatch(r"auto|cpu|cuda(:\d+)?", text):
        raise argparse.ArgumentTypeError(f"{text} is none of cpu, cuda, cuda:N and auto")
    return text


if __name__ == "__main__":
    sys.exit(main())
