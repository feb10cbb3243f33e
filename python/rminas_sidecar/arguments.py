"""The command line of the sidecar."""

import argparse
import math

from rminas_sidecar.engines.devices import FORM, is_device_list
from rminas_sidecar.engines.ray_settings import RaySettings, parse_resources
from rminas_sidecar.engines.worker_process import WorkerSettings
from rminas_sidecar.server import ServerSettings

_DESCRIPTION = "rminas starts it, keeps its stdin open and listens at the address."


def parse_arguments() -> ServerSettings:
    """The settings on the command line; ends the process with exit code 2 when one is wrong."""
    options = _build_parser().parse_args()
    worker = WorkerSettings(options.threads, options.device, tuple(options.plugin), options.stack)
    return ServerSettings(
        address=options.address,
        workers=options.workers,
        worker=worker,
        ray=_ray_of(options),
        start_deadline_seconds=options.start_deadline,
        worker_deadline_seconds=options.worker_deadline,
        allowed_paths=tuple(options.allow),
        parent_timeout_seconds=options.parent_timeout,
    )


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="rminas_sidecar", description=_DESCRIPTION)
    parser.add_argument("--address", required=True, help="address of the controller's socket, ipc://… or tcp://…")
    parser.add_argument("--workers", type=_number_of_workers, default=1, help="worker processes (default: 1)")
    parser.add_argument("--threads", type=_positive_number, default=1, help="threads of each worker (default: 1)")
    parser.add_argument("--device", type=_devices, default="auto", help=f"{FORM} (default: auto)")
    parser.add_argument(
        "--stack",
        type=_positive_number,
        default=1,
        help="architectures that a worker of this machine trains at a time, for the arithmetic `stacked` (default: 1)",
    )
    _add_cluster(parser)
    parser.add_argument(
        "--allow",
        action="append",
        default=[],
        metavar="PATH",
        help="file or folder that messages may name, with everything in it; may be repeated (default: none)",
    )
    _add_deadlines(parser)
    parser.add_argument(
        "--plugin",
        action="append",
        default=[],
        metavar="FILE_OR_MODULE",
        help="Python file or module that registers spaces, data sets, teachers or proxies; may be repeated",
    )
    return parser


def _add_cluster(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--engine", choices=("local", "ray"), default="local", help="where workers run (default: local)"
    )
    parser.add_argument(
        "--ray-address", default="auto", metavar="ADDRESS", help="auto (default), local, ray://HOST:PORT or HOST:PORT"
    )
    parser.add_argument(
        "--worker-resources",
        type=_resources,
        metavar="NAME=NUMBER,…",
        help="what a worker takes of a Ray cluster (default: CPU=THREADS, and GPU=1 on cuda)",
    )
    parser.add_argument(
        "--allow-public", action="store_true", help="accept a Ray cluster whose addresses the internet reaches"
    )


def _add_deadlines(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--start-deadline",
        type=_seconds,
        default=120.0,
        metavar="SECONDS",
        help="kill a starting worker that shows no sign of life for this long (default: 120)",
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


def _ray_of(options: argparse.Namespace) -> RaySettings | None:
    if options.engine == "local":
        return None
    resources = {"CPU": float(options.threads)}
    if options.device.startswith("cuda"):
        resources["GPU"] = 1.0
    return RaySettings(options.ray_address, options.worker_resources or resources, options.allow_public)


def _resources(text: str) -> dict[str, float]:
    try:
        return parse_resources(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _number_of_workers(text: str) -> int:
    return _at_least(0, text)


def _positive_number(text: str) -> int:
    return _at_least(1, text)


def _at_least(least: int, text: str) -> int:
    try:
        number = int(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"expected a whole number, got {text}") from error
    if number < least:
        raise argparse.ArgumentTypeError(f"expected at least {least}, got {text}")
    return number


def _seconds(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"expected a positive number of seconds, got {text}")
    return number


def _devices(text: str) -> str:
    if not is_device_list(text):
        raise argparse.ArgumentTypeError(f"expected {FORM}, got {text}")
    return text
