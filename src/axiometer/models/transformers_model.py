"""Hugging Face models in this process: `hf/<folder, adapter, hub name, GGUF file or alias>`, through transformers.

For models that were tuned here (`axiometer align train`), and for any other in that format. Answers have the form of a
chat completion, or of a completion, so the same code reads them as those of services.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import Any, TypeVar

from axiometer.errors import InputError
from axiometer.models.completions import option_letters, prompt_of, read_completion
from axiometer.models.local_engine import default_threads
from axiometer.models.protocols import BadRequest, Reply, Request, Sampling
from axiometer.models.reading import parsed, read_chat
from axiometer.models.settings import ModelEntry
from axiometer.models.transformers_weights import Weights, default_device, find, load, need_libraries

MOST_TOKENS = 2048
DTYPE = "float32"
_DTYPES = (DTYPE, "bfloat16", "float16")
_SEEDS = 2**31
_SCORED = "axiometer_continuations"
_Result = TypeVar("_Result")


class TransformersModel:
    """A `ChatModel` in this process. Weights are loaded at the first call; calls are answered one after the other.

    `chat_template=False` continues the plain prompt. The same request has the same answer on the same machine; where
    the temperature is above 0, repeats differ by seed. Where candidates of the first token are asked for, the letters
    that the prompt lists are always among them.
    """

    wants_meta = False
    scores = True
    concurrency: int | None = 1

    def __init__(
        self,
        name: str,
        target: str,
        sampling: Sampling,
        *,
        chat_template: bool = True,
        dtype: str = DTYPE,
        device: str | None = None,
    ) -> None:
        need_libraries("torch", "transformers")
        self.name = name
        self.sampling = sampling
        self.chat_template = chat_template
        self.continues = not chat_template
        self._weights: Weights = find(target)
        self._dtype, self._device = dtype, device or default_device()
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="transformers")
        self._model: Any = None
        self._tokenizer: Any = None

    @property
    def identity(self) -> Mapping[str, object]:
        return {
            "provider": "hf",
            "model": self._weights.digest,
            "host": None,
            "protocol": "chat" if self.chat_template else "completions",
            "dtype": self._dtype,
            "sampling": asdict(self.sampling),
        }

    async def load(self) -> None:
        """Loads the weights now."""
        await self._run(self._ensure)

    async def send(self, request: Request) -> bytes:
        if not request.messages:
            raise BadRequest(f"{self.name}: the request holds no message")
        if request.schema is not None:
            raise BadRequest(f"{self.name}: cannot hold its answer to a schema")
        return await self._run(lambda: self._answer(request))

    def read(self, raw: bytes) -> Reply:
        reply = read_chat(raw) if self.chat_template else read_completion(raw)
        scored = parsed(raw).get(_SCORED)
        return reply if scored is None else replace(reply, continuations=tuple(float(value) for value in scored))

    async def close(self) -> None:
        await asyncio.to_thread(self._worker.shutdown, wait=True, cancel_futures=True)
        self._model = self._tokenizer = None
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="transformers")

    async def _run(self, call: Callable[[], _Result]) -> _Result:
        return await asyncio.get_running_loop().run_in_executor(self._worker, call)

    def _ensure(self) -> None:
        if self._model is None:
            import torch

            # Two threads that wait for each other on busy cores are slower than one.
            torch.set_num_threads(default_threads())
            key = (self._weights.digest, self._dtype, self._device)
            with _LOADING:
                found = None if _kept is None else _kept.get(key)
                self._model, self._tokenizer = found or load(self._weights, self._dtype, self._device)
                if _kept is not None:
                    _kept[key] = (self._model, self._tokenizer)

    def _answer(self, request: Request) -> bytes:
        import torch

        self._ensure()
        prompt = self._prompt(request)
        inputs = self._tokenizer(prompt, return_tensors="pt", add_special_tokens=not self.chat_template)
        inputs = inputs.to(self._device)
        with torch.inference_mode():
            if request.continuations is not None:
                return self._scored(prompt, request.continuations)
            if request.top_logprobs is not None:
                return self._first_token(inputs, prompt, request.top_logprobs)
            return self._generated(inputs, request)

    def _prompt(self, request: Request) -> str:
        """The text that the model reads: through its chat template, or as it stands."""
        if not self.chat_template:
            return prompt_of(request, self.sampling)
        messages = [{"role": message.role, "content": message.content} for message in request.messages]
        if self.sampling.system is not None:
            messages.insert(0, {"role": "system", "content": self.sampling.system})
        if not self._tokenizer.chat_template:
            raise BadRequest(f"{self.name}: has no chat template (give `chat_template: false` for it in models.yaml)")
        return str(self._tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True))

    def _first_token(self, inputs: Any, prompt: str, wanted: int) -> bytes:
        """The candidates of the first token: the most probable ones, and every letter that the prompt lists."""
        import torch

        logits = self._model(**inputs, logits_to_keep=1).logits[0, -1].float()
        logprobs = torch.log_softmax(logits, dim=-1)
        values, indices = torch.topk(logprobs, min(wanted, logprobs.shape[-1]))
        found = {int(index): float(value) for index, value in zip(indices, values, strict=True)}
        for letter in option_letters(prompt):
            for form in (letter, f" {letter}"):
                ids = self._tokenizer(form, add_special_tokens=False)["input_ids"]
                if len(ids) == 1:
                    found.setdefault(int(ids[0]), float(logprobs[ids[0]]))
        top = [{"token": self._tokenizer.decode([index]), "logprob": value} for index, value in found.items()]
        best = top[0]
        first = {"content": [{**best, "top_logprobs": top}]}
        return self._raw(str(best["token"]), "length", int(inputs["input_ids"].shape[1]), 1, first)

    def _scored(self, prompt: str, texts: Sequence[str]) -> bytes:
        """How likely the model answers with each text and then ends: the sum of the log-probabilities of its tokens."""
        import torch

        asked = self._tokenizer(prompt, add_special_tokens=not self.chat_template)["input_ids"]
        end = [self._tokenizer.eos_token_id] if self.chat_template else []
        between = "" if self.chat_template else "\n"
        answers = [[*self._tokenizer(between + text, add_special_tokens=False)["input_ids"], *end] for text in texts]
        longest = len(asked) + max(len(answer) for answer in answers)
        ids = torch.full((len(answers), longest), self._tokenizer.pad_token_id or 0, device=self._device)
        attended = torch.zeros_like(ids)
        for row, answer in enumerate(answers):
            ids[row, : len(asked) + len(answer)] = torch.tensor([*asked, *answer], device=self._device)
            attended[row, : len(asked) + len(answer)] = 1
        kept = longest - len(asked) + 1
        logits = self._model(input_ids=ids, attention_mask=attended, logits_to_keep=kept).logits[:, :-1].float()
        logprobs = torch.log_softmax(logits, dim=-1).gather(2, ids[:, len(asked) :, None])[..., 0]
        values = [float(logprobs[row, : len(answer)].sum()) for row, answer in enumerate(answers)]
        return self._raw("", "stop", len(asked) * len(answers), sum(map(len, answers)), None, scored=values)

    def _generated(self, inputs: Any, request: Request) -> bytes:
        import torch
        import transformers

        warm = bool(self.sampling.temperature)
        ends = self._model.generation_config.eos_token_id
        drawn = {"temperature": self.sampling.temperature, "top_p": self.sampling.top_p or 1.0, "top_k": 0}
        config = transformers.GenerationConfig(
            max_new_tokens=min(request.max_tokens or self.sampling.max_tokens, MOST_TOKENS),
            do_sample=warm,
            eos_token_id=ends if ends is not None else self._tokenizer.eos_token_id,
            pad_token_id=self._tokenizer.pad_token_id,
            **(drawn if warm else {}),
        )
        torch.manual_seed(((self.sampling.seed or 0) + request.repeat) % _SEEDS)
        length = int(inputs["input_ids"].shape[1])
        tokens = self._model.generate(**inputs, generation_config=config)[0, length:].tolist()
        stops = {config.eos_token_id} if isinstance(config.eos_token_id, int) else set(config.eos_token_id or ())
        ended = bool(tokens) and tokens[-1] in stops
        text = str(self._tokenizer.decode(tokens, skip_special_tokens=True))
        return self._raw(text, "stop" if ended else "length", length, len(tokens), None)

    def _raw(
        self,
        text: str,
        finish: str,
        tokens_in: int,
        tokens_out: int,
        logprobs: object,
        scored: Sequence[float] | None = None,
    ) -> bytes:
        choice: dict[str, object] = {"index": 0, "finish_reason": finish, "logprobs": logprobs}
        if self.chat_template:
            choice["message"] = {"role": "assistant", "content": text}
        else:
            choice["text"] = text
        body: dict[str, object] = {
            "model": self._weights.label,
            "system_fingerprint": f"{self._weights.digest[:12]}-transformers-{_version()}",
            "choices": [choice],
            "usage": {"prompt_tokens": tokens_in, "completion_tokens": tokens_out},
        }
        if scored is not None:
            body[_SCORED] = list(scored)
        return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


_LOADING = threading.Lock()  # respondents of one run load side by side, and transformers' imports bear no company
_kept: dict[tuple[str, str, str], tuple[Any, Any]] | None = None


@contextmanager
def weights_kept() -> Iterator[None]:
    """Within it, weights that were loaded once are not loaded again by other respondents of the same identity: where
    the same models are measured on one set after the other."""
    global _kept
    before, _kept = _kept, {} if _kept is None else _kept
    try:
        yield
    finally:
        _kept = before


def open_transformers(name: str, target: str, entry: ModelEntry, sampling: Sampling) -> TransformersModel:
    """The respondent with what models.yaml says of it: `extra` may name `dtype` (float32, bfloat16, float16) and
    `device`. Raises `InputError` for anything else in it."""
    extra = dict(entry.extra)
    dtype, device = str(extra.pop("dtype", DTYPE)), extra.pop("device", None)
    if dtype not in _DTYPES or extra:
        wrong = dtype if not extra else ", ".join(sorted(extra))
        mend = "`dtype` is one of {known}; `device` is the only other"
        raise InputError("{name}: extra: {wrong}", mend=mend, name=name, wrong=wrong, known=", ".join(_DTYPES))
    named = None if device is None else str(device)
    return TransformersModel(name, target, sampling, chat_template=entry.chat_template, dtype=dtype, device=named)


def _version() -> str:
    import transformers

    return str(transformers.__version__)
