"""Reads pickles of benchmark tables without calling the functions they name, and with little memory.

Python's unpickler calls any function that a file names, and keeps every object until the end. A table of trained
accuracies has tens of gigabytes of objects, of which a few per cent are needed.
"""

from .opcodes import records
from .safe_globals import Record, RefusedGlobal
from .source import BadPickle, Source

__all__ = ["BadPickle", "Record", "RefusedGlobal", "Source", "records"]
