"""llama.cpp in this process: one load per file, one worker thread, drained before the process ends.

What has to be minded (xllamacpp): leaving with a call in flight crashes the process, a forked child hangs, a file that
cannot be loaded is a bare RuntimeError, and too long a prompt comes back as a dictionary with an error.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from axiometer.errors import AxiometerError, InputError

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class EngineKey:
    """What makes two engines the same one."""

    path: Path
    context: int
    threads: int


class Engine:
    """A loaded model. Calls go through one thread, in order; the interpreter joins that thread when it exits."""

    def __init__(self, key: EngineKey) -> None:
        self.key = key
        self.users = 0
        self._pid = os.getpid()
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="llama")
        self._server: Any = None

    async def load(self) -> None:
        """Loads the weights if that has not been done. Raises `InputError` for a file that cannot be loaded."""
        await self._run(self._ensure)

    async def chat(self, body: Body) -> Body:
        return await self._run(lambda: self._call("handle_chat_completions", body))

    async def complete(self, body: Body) -> Body:
        return await self._run(lambda: self._call("handle_completions", body))

    async def close(self) -> None:
        """Waits for the call in flight, then frees the model."""
        await asyncio.to_thread(self._worker.shutdown, wait=True, cancel_futures=True)
        self._server = None

    async def _run(self, call: Callable[[], Body]) -> Body:
        if os.getpid() != self._pid:
            raise AxiometerError("a local model cannot be used in a forked process; start processes by spawn")
        return await asyncio.get_running_loop().run_in_executor(self._worker, call)

    def _ensure(self) -> Body:
        if self._server is None:
            self._server = _start(self.key)
        return {}

    def _call(self, method: str, body: Body) -> Body:
        self._ensure()
        answer: Body = getattr(self._server, method)(body)
        return answer


_engines: dict[EngineKey, Engine] = {}
_lock = threading.Lock()


def take_engine(key: EngineKey) -> Engine:
    """The engine for a key, shared by all respondents of this process that use the same weights."""
    with _lock:
        engine = _engines.setdefault(key, Engine(key))
        engine.users += 1
        return engine


async def give_back(engine: Engine) -> None:
    """Closes the engine when nobody uses it any more."""
    with _lock:
        engine.users -= 1
        last = engine.users <= 0
        if last and _engines.get(engine.key) is engine:
            del _engines[engine.key]
    if last:
        await engine.close()


def default_threads() -> int:
    """One core is left to the rest of the machine."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, cores - 1)


def version() -> str:
    """The version of xllamacpp. Raises `InputError` when it is not installed."""
    return str(_module().__version__)


def _module() -> Any:
    try:
        import xllamacpp
    except ImportError as error:
        raise InputError("local models need xllamacpp", mend="pip install 'axiometer[local]'") from error
    return xllamacpp


def _start(key: EngineKey) -> Any:
    module = _module()
    parameters = module.CommonParams()
    parameters.model.path = str(key.path)
    parameters.model_alias = {key.path.stem}
    parameters.n_ctx = key.context
    parameters.n_parallel = 1
    parameters.cpuparams.n_threads = key.threads
    parameters.cpuparams_batch.n_threads = key.threads
    parameters.port = 0
    parameters.warmup = False
    parameters.fit_params = False
    parameters.ui = False
    parameters.verbosity = -1
    # A cached beginning of a prompt is computed in other batches: an answer would depend on the one before it.
    parameters.cache_prompt = False
    try:
        return module.Server(parameters)
    except RuntimeError as error:
        raise InputError("llama.cpp cannot load this model", file=key.path, mend="is it a whole GGUF file?") from error
