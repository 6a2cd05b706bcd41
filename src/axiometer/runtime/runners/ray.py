"""Tasks on a Ray cluster: one that runs already, or one of this machine that is started for them."""

from __future__ import annotations

import logging
import os
import pickle
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from types import ModuleType, TracebackType
from typing import TypeVar, cast

from axiometer.errors import InputError, Stopped
from axiometer.runtime.runners.cluster import SAME, Surroundings, check_address, check_nodes, entry, own_version
from axiometer.runtime.runners.cores import checked_processes, cores, share_cores
from axiometer.runtime.runners.outcome import packed, unpacked

Task = TypeVar("Task")
Result = TypeVar("Result")

AHEAD = 3  # tasks taken per core, at most, counted from the oldest that is not given back yet
QUEUED = 2  # tasks given to Ray per core, so that none waits for the driver
RETRIES = 2  # after the death of a worker; a task that kills every worker must end
_SPEAKS = "print_to_stdstream"  # of ray._private.worker
_LOG = logging.getLogger(__name__)


class RayRunner(AbstractContextManager["RayRunner"]):
    """Runs tasks through Ray, by the same packing as `LocalRunner`, so that both give the same results and errors.

    `address`: `HOST:PORT` of a cluster that runs already (or `auto`: the one of this machine; RAY_ADDRESS counts where
    nothing is given). It is reached and checked at once: every node must have this version of Axiometer and see
    `folder`. Without an address a cluster of this machine with `processes` cores is started with the first task, and
    ended by `close`. Every task gets one core. A Ray that this process has begun by itself is used and left as it is.

    A task whose worker dies is run again, on another node if need be: tasks write their files whole or not at all.
    Leaving `map` early cancels what is not done.
    """

    def __init__(self, address: str | None = None, processes: int | None = None, folder: Path | None = None) -> None:
        self._processes = checked_processes(processes)
        self._address = address or os.environ.get("RAY_ADDRESS") or None
        self._folder = (folder or Path.cwd()).absolute()
        self._ray: ModuleType | None = None
        self._undo: Callable[[], None] | None = None  # set while this runner's connection lasts
        if find_spec("ray") is None:
            raise InputError("the runner `ray` needs Ray", mend="pip install 'axiometer[ray]'")
        if self._address is not None:
            _refuse_another(self._address)
            check_address(self._address)
            self._connect(_imported())

    @property
    def name(self) -> str:
        return "ray"

    def map(self, function: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[Result]:
        """The results in the order of the tasks; see `Runner.map`. Raises `Stopped` where workers keep dying."""
        ray = self._ray or self._connect(_imported())
        run = ray.remote(num_cpus=1, max_retries=RETRIES)(entry())
        here = Surroundings(own_version(), str(Path.cwd()), tuple(sys.path), self._threads_per_task())
        there = pickle.dumps(here)
        variables: dict[str, str] = {}
        share_cores(variables, here.threads)
        remaining = iter(tasks)
        taken: deque[object] = deque()  # references, in order
        running: set[object] = set()
        try:
            while True:
                at_once, at_most = self._bounds(ray)
                for task in islice(remaining, max(0, min(at_once - len(running), at_most - len(taken)))):
                    taken.append(run.remote(packed(function, task), there, variables))
                    running.add(taken[-1])
                if not taken:
                    return
                if taken[0] in running:
                    ready, _ = ray.wait(list(running), num_returns=1)
                    running.difference_update(ready)
                else:
                    result = cast(Result, unpacked(_received(ray, taken[0])))
                    taken.popleft()
                    yield result
        finally:
            for reference in running if ray.is_initialized() else ():
                with suppress(Exception):
                    ray.cancel(reference, force=True)

    def close(self) -> None:
        undo, self._undo = self._undo, None
        ray, self._ray = self._ray, None
        if ray is not None and undo is not None:
            ray.shutdown()
            undo()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    def _connect(self, ray: ModuleType) -> ModuleType:
        self._ray = ray
        if not ray.is_initialized():
            self._undo = _hushed(ray)
            try:
                self._start(ray)
                if self._address is not None:
                    check_nodes(ray, self._folder)
            except BaseException:
                self.close()
                raise
        return ray

    def _start(self, ray: ModuleType) -> None:
        try:
            with _own_signals():
                if self._address is not None:
                    ray.init(address=self._address, log_to_driver=False, logging_level=logging.ERROR)
                else:
                    own = self._processes or cores()
                    ray.init(
                        address="local",
                        num_cpus=own,
                        include_dashboard=False,
                        log_to_driver=False,
                        logging_level=logging.ERROR,
                    )
        except Exception as error:
            raise InputError("Ray does not start: {why}", why=_first_line(error)) from error

    def _bounds(self, ray: ModuleType) -> tuple[int, int]:
        """How many tasks are with Ray at once, and how many are taken at most. A cluster may grow while tasks run."""
        there = max(1, int(ray.cluster_resources().get("CPU", 1)))
        if self._processes is not None and self._address is not None:  # a share of a cluster that others use too
            at_once = min(there, self._processes)
            return at_once, AHEAD * at_once
        return QUEUED * there, AHEAD * there

    def _threads_per_task(self) -> int:
        """On a cluster a task has the one core that it is given; here all cores are shared out."""
        return 1 if self._address is not None else max(1, cores() // (self._processes or cores()))


def _imported() -> ModuleType:
    os.environ["RAY_ENABLE_UV_RUN_RUNTIME_ENV"] = "0"  # else Ray under `uv run` makes an environment for each worker
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    import ray

    module: ModuleType = ray
    return module


def _refuse_another(address: str) -> None:
    """Raises `InputError` where this process is with another cluster already: Ray knows one for each process."""
    ray = sys.modules.get("ray")
    if ray is not None and ray.is_initialized():
        here = ray.get_runtime_context().gcs_address
        if address not in ("auto", here):
            raise InputError("this process is with the Ray cluster {here} already", here=here)


def _received(ray: ModuleType, reference: object) -> bytes:
    """The bytes of an outcome. What Ray raises is about workers and nodes, never about what a task did."""
    try:
        blob: bytes = ray.get(reference)
        return blob
    except (ray.exceptions.WorkerCrashedError, ray.exceptions.OutOfMemoryError) as error:
        raise Stopped(
            "a worker process died ({why}); where memory was short, fewer processes help", why=type(error).__name__
        ) from error
    except ray.exceptions.RayTaskError as error:
        raise InputError("a node cannot run tasks: {why}", why=_first_line(error.cause), mend=SAME) from error
    except ray.exceptions.RayError as error:
        raise Stopped("Ray lost a task: {why}", why=f"{type(error).__name__}: {_first_line(error)}") from error


def _first_line(error: object) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


def _hushed(ray: ModuleType) -> Callable[[], None]:
    """Quiets Ray, and gives what undoes that. It writes what its nodes report to the standard output, which is for
    results, and there is no setting for it; its exceptions say as much, so the reports go to the log instead."""
    inner = sys.modules.get("ray._private.worker")
    speak, level = getattr(inner, _SPEAKS, None), ray.logger.level
    ray.logger.setLevel(logging.ERROR)
    if speak is not None:
        setattr(inner, _SPEAKS, _logged)

    def undo() -> None:
        ray.logger.setLevel(level)
        if speak is not None:
            setattr(inner, _SPEAKS, speak)

    return undo


def _logged(data: dict[str, object], ignore_prefix: bool = False) -> None:
    del ignore_prefix
    _LOG.info("%s: %s", data.get("pid"), data.get("lines"))


@contextmanager
def _own_signals() -> Iterator[None]:
    """Ray answers SIGTERM in its own way; who runs the driver has decided about that already."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        if before is not None:
            signal.signal(signal.SIGTERM, before)
