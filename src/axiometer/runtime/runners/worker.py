"""The process that runs tasks for `LocalRunner`: takes them from its standard input, answers on its standard output."""

from __future__ import annotations

import os
import signal
import struct
import sys
from queue import SimpleQueue
from threading import Thread
from typing import IO

from axiometer.runtime.runners.outcome import answered

_LENGTH = struct.Struct("<Q")


def write_frame(stream: IO[bytes], blob: bytes) -> None:
    """Writes the length of `blob`, and `blob`."""
    stream.write(_LENGTH.pack(len(blob)))
    stream.write(blob)
    stream.flush()


def read_frame(stream: IO[bytes]) -> bytes | None:
    """The next frame; None where the other side has gone."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    blob = stream.read(length)
    return blob if len(blob) == length else None


def serve() -> None:
    """Answers tasks until the process that started this one has gone, in whatever way.

    One thread does nothing but read, so that the end of the input is seen in the middle of a task too: killed with -9,
    a driver leaves no worker behind. (A task that holds the interpreter's lock for long is left when it lets go.)
    """
    _leave_interrupts_to_the_driver()
    requests, replies = _own_streams()
    tasks: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=_receive, args=(requests, tasks), daemon=True, name="axiometer-requests").start()
    while True:
        reply = answered(tasks.get())
        try:
            write_frame(replies, reply)
        except OSError:
            os._exit(0)


def _receive(requests: IO[bytes], tasks: SimpleQueue[bytes]) -> None:
    while (blob := read_frame(requests)) is not None:
        tasks.put(blob)
    os._exit(0)


def _own_streams() -> tuple[IO[bytes], IO[bytes]]:
    """The pipes to the driver, out of the reach of tasks: what a task prints goes to the standard error stream."""
    requests, replies = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return os.fdopen(requests, "rb"), os.fdopen(replies, "wb")


def _leave_interrupts_to_the_driver() -> None:
    """Ctrl-C reaches every process of a terminal; what becomes of the tasks is the driver's to say."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):  # blocked since before this interpreter began
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
