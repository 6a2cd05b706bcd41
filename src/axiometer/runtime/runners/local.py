"""Tasks in processes of this machine."""

from __future__ import annotations

import contextlib
import json
import math
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import TypeVar, cast

from axiometer.errors import Stopped
from axiometer.runtime.runners.cores import checked_processes, cores, share_cores
from axiometer.runtime.runners.outcome import packed, unpacked
from axiometer.runtime.runners.worker import read_frame, write_frame

Task = TypeVar("Task")
Result = TypeVar("Result")

AHEAD = 3  # tasks taken per process, at most, counted from the oldest that is not given back yet
GRACE = 5.0  # seconds that a begun task has to end after the runner is closed
STEP = 0.1  # seconds until Ctrl-C is seen
_START = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from axiometer.runtime.runners.worker import serve
serve()
"""


class LocalRunner(AbstractContextManager["LocalRunner"]):
    """Runs tasks in fresh processes of this machine, started when the first tasks come, also where it is only one.

    Workers are interpreters of their own (not forks, which Ray, torch and llama.cpp do not survive) that import the
    task's module and nothing of the program that started them: neither `axiometer.cli` nor a user's script. Each has
    a pipe of its own and is watched by a thread of this process, so that a death concerns no other, and what is asked
    of it goes no further than the pipe: with this process they are gone, even after kill -9. The cores are shared
    among them, unless OMP_NUM_THREADS and the like are set.

    Tasks may be mapped from several threads, and within one another. Ctrl-C is the caller's; closing the runner lets
    tasks that have begun end for `GRACE` seconds, and then ends their processes.
    """

    def __init__(self, processes: int | None = None) -> None:
        self.processes = checked_processes(processes) or cores()
        self._threads = ThreadPoolExecutor(self.processes, thread_name_prefix="axiometer-runner")
        self._here = threading.local()
        self._started: list[_Worker] = []
        self._unfinished: set[Future[object]] = set()
        self._lock = threading.Lock()
        self._closed = False

    @property
    def name(self) -> str:
        return "local"

    def map(self, function: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[Result]:
        """The results in the order of the tasks; see `Runner.map`. Raises `Stopped` where a worker died."""
        remaining = iter(tasks)
        taken: deque[Future[Result]] = deque()
        try:
            while True:
                for task in islice(remaining, AHEAD * self.processes - len(taken)):
                    taken.append(self._submit(function, task))
                if not taken:
                    return
                _settled(taken[0])
                yield taken.popleft().result()
        finally:  # left early: what has not begun never does
            for future in taken:
                future.cancel()

    def close(self) -> None:
        self._closed = True
        self._threads.shutdown(wait=False, cancel_futures=True)
        try:
            _settled(*self._unfinished, seconds=GRACE)
        finally:  # a second Ctrl-C ends the wait
            for worker in self._started:
                worker.end()
            self._threads.shutdown(wait=True)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    def _submit(self, function: Callable[[Task], Result], task: Task) -> Future[Result]:
        blob = packed(function, task)
        future = self._threads.submit(lambda: cast(Result, unpacked(self._worker().ask(blob))))
        self._unfinished.add(future)  # type: ignore[arg-type]  # it is only waited for
        future.add_done_callback(self._unfinished.discard)
        return future

    def _worker(self) -> _Worker:
        """The worker of this thread; another where it has died."""
        worker: _Worker | None = getattr(self._here, "worker", None)
        if worker is None or worker.died:
            with self._lock:
                if self._closed:
                    raise Stopped("stopped")
                worker = self._here.worker = _Worker(max(1, cores() // self.processes))
                self._started = [other for other in self._started if not other.died] + [worker]
        return worker


def _settled(*futures: Future[Result], seconds: float = math.inf) -> None:
    """Waits until all are done, or for `seconds`; in short steps, because Polars has system calls go on after Ctrl-C
    (SA_RESTART), and a wait without end would be told of it only when it is over."""
    end = time.monotonic() + seconds
    while wait(futures, timeout=STEP).not_done and time.monotonic() < end:
        pass


class _Worker:
    """One process, and the pipe to it. It is asked by one thread only."""

    def __init__(self, threads: int) -> None:
        environment = dict(os.environ)
        share_cores(environment, threads)
        path = json.dumps([entry or str(Path.cwd()) for entry in sys.path])
        with _interrupts_blocked():
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", _START, path],  # -P: no module of the working folder hides one of Python
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=environment,
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),  # Windows: no Ctrl-C for it
            )
        self.died = False

    def ask(self, blob: bytes) -> bytes:
        """The bytes that answer `blob`. Raises `Stopped` where the process dies over it."""
        assert self._process.stdin is not None and self._process.stdout is not None
        reply = None
        with contextlib.suppress(OSError, ValueError):  # a broken pipe, a pipe closed by `end`
            write_frame(self._process.stdin, blob)
            reply = read_frame(self._process.stdout)
        if reply is not None:
            return reply
        self.died = True
        raise Stopped("a worker process died ({why}); where memory was short, fewer processes help", why=self._why())

    def end(self) -> None:
        """Ends the process, in whatever it is."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()  # type: ignore[union-attr]

    def _why(self) -> str:
        """How the process ended, as the operating system tells it."""
        with contextlib.suppress(subprocess.TimeoutExpired):  # one that closed its pipe and went on
            self._process.wait(timeout=GRACE)
        self.end()
        code = self._process.returncode
        try:
            return signal.Signals(-code).name if code < 0 else f"exit code {code}"
        except ValueError:
            return f"signal {-code}"


@contextlib.contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """A process started here has Ctrl-C blocked from its first instruction on, until it ignores it by itself."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
