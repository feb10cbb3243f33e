"""Reads pickles of benchmark tables without running what they name, and without holding the whole of them.

Python's own unpickler calls whatever a file asks for, and keeps every object that it has read until the end. A table of
trained accuracies has tens of gigabytes of them, of which a few per cent are wanted.
"""

from .opcodes import records
from .source import BadPickle, Source
from .stand_ins import Record, RefusedGlobal

__all__ = ["BadPickle", "Record", "RefusedGlobal", "Source", "records"]
