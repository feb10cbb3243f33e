"""The failure of writing a network out as Python."""


class CannotWrite(Exception):
    """A network has something that cannot be written as a file of its own; the text says what."""
