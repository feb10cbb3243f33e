"""The socket to the controller."""

import os
from collections.abc import Mapping, Sequence

import zmq

_LARGEST_MESSAGE = 64 * 1024 * 1024
_MOST_WAITING = 10_000
_CURVE_SETTINGS = ("RMINAS_CURVE_SERVER_PUBLIC", "RMINAS_CURVE_PUBLIC", "RMINAS_CURVE_SECRET")
_PASSWORD_SETTINGS = ("RMINAS_SOCKET_PASSWORD",)
_USER = "sidecar"


class ChannelError(Exception):
    """The socket cannot be opened, or the controller does not read from it."""


class Channel:
    """A ZeroMQ DEALER that connects to the controller's, which refuses every other program.

    Args:
        address: `ipc://…` or `tcp://…`. The environment holds the password for ipc, or the CURVE keys (Z85) that
            encrypt TCP. They are removed from it, so that no child process inherits them.

    Raises:
        ChannelError: the address is invalid, or the password or the keys are missing.
    """

    def __init__(self, address: str) -> None:
        self._context = zmq.Context()
        self.socket = self._context.socket(zmq.DEALER)
        self.socket.setsockopt(zmq.MAXMSGSIZE, _LARGEST_MESSAGE)
        self.socket.setsockopt(zmq.SNDHWM, _MOST_WAITING)
        self.socket.setsockopt(zmq.RCVHWM, _MOST_WAITING)
        keys, passwords = _take(_CURVE_SETTINGS), _take(_PASSWORD_SETTINGS)
        try:
            if address.startswith("ipc://"):
                _require(passwords, "An ipc:// address")
                self.socket.plain_username = _USER.encode()
                self.socket.plain_password = passwords["RMINAS_SOCKET_PASSWORD"]
            else:
                _require(keys, "An address other than ipc://")
                self.socket.curve_serverkey = keys["RMINAS_CURVE_SERVER_PUBLIC"]
                self.socket.curve_publickey = keys["RMINAS_CURVE_PUBLIC"]
                self.socket.curve_secretkey = keys["RMINAS_CURVE_SECRET"]
            self.socket.connect(address)
        except zmq.ZMQError as error:
            raise ChannelError(f"{address}: {error}") from error

    def receive(self) -> list[bytes] | None:
        """The frames of the next message; None when none has arrived."""
        try:
            return self.socket.recv_multipart(zmq.NOBLOCK)
        except zmq.Again:
            return None

    def send(self, message: bytes) -> None:
        """Queues a message without blocking.

        Raises:
            ChannelError: 10,000 messages are queued already.
        """
        try:
            self.socket.send(message, zmq.NOBLOCK)
        except zmq.Again:
            raise ChannelError(f"The controller has not read the last {_MOST_WAITING} messages.") from None

    def close(self, linger_seconds: float) -> None:
        """Closes the socket; queued messages have this long to be delivered."""
        self.socket.close(linger=round(linger_seconds * 1000))
        self._context.term()


def _take(names: Sequence[str]) -> dict[str, bytes]:
    return {name: os.environ.pop(name, "").encode() for name in names}


def _require(settings: Mapping[str, bytes], address: str) -> None:
    missing = [name for name, value in settings.items() if not value]
    if missing:
        raise ChannelError(f"{address} needs {', '.join(missing)} in the environment.")
