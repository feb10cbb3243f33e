"""The socket to the controller."""

import os

import zmq

_LARGEST_MESSAGE = 64 * 1024 * 1024
_MOST_WAITING = 10_000
_CURVE_SETTINGS = ("RMINAS_CURVE_SERVER_PUBLIC", "RMINAS_CURVE_PUBLIC", "RMINAS_CURVE_SECRET")


class ChannelError(Exception):
    """The socket cannot be opened, or the controller does not read from it."""


class Channel:
    """A ZeroMQ DEALER that connects to the controller's.

    Args:
        address: `ipc://…` or `tcp://…`. TCP is encrypted with the CURVE keys (Z85) in the environment, which are
            removed from it.

    Raises:
        ChannelError: the address is invalid, or TCP without keys.
    """

    def __init__(self, address: str) -> None:
        self._context = zmq.Context()
        self.socket = self._context.socket(zmq.DEALER)
        self.socket.setsockopt(zmq.MAXMSGSIZE, _LARGEST_MESSAGE)
        self.socket.setsockopt(zmq.SNDHWM, _MOST_WAITING)
        self.socket.setsockopt(zmq.RCVHWM, _MOST_WAITING)
        keys = [os.environ.pop(name, "") for name in _CURVE_SETTINGS]
        try:
            if not address.startswith("ipc://"):
                self._encrypt(keys)
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

    def _encrypt(self, keys: list[str]) -> None:
        missing = [name for name, key in zip(_CURVE_SETTINGS, keys, strict=True) if not key]
        if missing:
            raise ChannelError(f"An address other than ipc:// needs {', '.join(missing)} in the environment.")
        self.socket.curve_serverkey, self.socket.curve_publickey, self.socket.curve_secretkey = (
            key.encode() for key in keys
        )
