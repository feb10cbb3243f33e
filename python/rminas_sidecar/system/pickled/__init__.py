"""Reads untrusted pickles without running code that they name, and without keeping more than their readers need.

Python's own unpickler calls every function that a file names and allocates what the file announces. This one is a small
stack machine: a reader gives it safe globals for the few functions that its files name, and limits.
"""

from .limits import UNLIMITED, Limits
from .opcodes import load, records
from .pickle_vm import PickleVm
from .safe_globals import Inert, Record, SafeGlobal, SafeGlobals, encode_text, make_ordered, make_set
from .source import BadPickle, RefusedGlobal, Source

__all__ = [
    "UNLIMITED",
    "BadPickle",
    "Inert",
    "Limits",
    "PickleVm",
    "Record",
    "RefusedGlobal",
    "SafeGlobal",
    "SafeGlobals",
    "Source",
    "encode_text",
    "load",
    "make_ordered",
    "make_set",
    "records",
]
