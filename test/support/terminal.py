"""Runs a command on a pseudo-terminal: terminal.py PROGRAM ARG...

Its output goes to stdout. Each byte on stdin is typed on the terminal, so \\x03 is Ctrl-C: the kernel sends SIGINT to
the whole foreground process group. Ends with the exit code of the command, or 128 + the number of its signal.
TERMINAL_SIZE has the rows and columns.
"""

import fcntl
import os
import pty
import select
import struct
import sys
import termios

ROWS, COLUMNS = map(int, os.environ.get("TERMINAL_SIZE", "40 120").split())

pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    os.execvp(sys.argv[1], sys.argv[1:])

sources = [terminal, 0]
while True:
    ready, _, _ = select.select(sources, [], [])
    if 0 in ready:
        typed = os.read(0, 1024)
        if typed:
            os.write(terminal, typed)
        else:
            sources.remove(0)
    if terminal in ready:
        try:
            shown = os.read(terminal, 65536)
        except OSError:  # Linux reports the end of a terminal as EIO.
            break
        if not shown:
            break
        os.write(1, shown)

status = os.waitpid(pid, 0)[1]
sys.exit(
    os.waitstatus_to_exitcode(status)
    if os.WIFEXITED(status)
    else 128 + os.WTERMSIG(status)
)
