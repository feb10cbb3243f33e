"""`python -m rminas_sidecar`: rminas starts it, keeps its stdin open and listens at the address."""

import sys

from rminas_sidecar.ipc.heartbeat import Heartbeat
from rminas_sidecar.ipc.signals import leave_signals_to_the_controller


def main() -> int:
    """Serves one controller.

    Returns:
        The exit code: 0 after an orderly end, 1 after a failure, 2 for wrong arguments.
    """
    leave_signals_to_the_controller()
    # From a cold disk or a network, imports may take minutes, and without ZeroMQ there is no socket yet.
    with Heartbeat(_show_life).in_background():
        from rminas_sidecar.arguments import parse_arguments
        from rminas_sidecar.ipc.channel import ChannelError
        from rminas_sidecar.server import Server
    settings = parse_arguments()
    try:
        server = Server(settings)
    except ChannelError as error:
        print(f"rminas_sidecar: {error}", file=sys.stderr)  # noqa: T201
        return 2
    return server.run()


def _show_life() -> None:
    print("rminas_sidecar starts: importing its packages", flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
