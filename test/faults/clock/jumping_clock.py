"""Makes the wall clock of every Python process leap an hour ahead and back with every other look at it."""

import itertools
import time

_now = time.time
_leaps = itertools.cycle((3600.0, -3600.0))
time.time = lambda: _now() + next(_leaps)
