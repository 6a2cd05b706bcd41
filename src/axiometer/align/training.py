"""A model tuned on preference data: DPO (Rafailov et al. 2023, equation 7) with LoRA (Hu et al. 2022), by TRL and PEFT.

The loss of a preference is -log sigmoid(beta * (r(chosen) - r(rejected))), where r is the log-probability of the answer
under the tuned model minus that under the base model. What is written is an adapter, a log of the training, and a card.
"""

from __future__ import annotations

import json
import shutil
import time
import warnings
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, suppress
from dataclasses import asdict, dataclass, replace
from io import StringIO
from pathlib import Path
from typing import Any

import polars as pl

from axiometer.align.exporting import FILE, PREFERENCES
from axiometer.align.preferences import Kind, Preference
from axiometer.align.splitting import Part
from axiometer.align.tuned_card import tuned_card
from axiometer.errors import InputError, SpecificationChanged
from axiometer.models.local_engine import default_threads
from axiometer.models.transformers_weights import Weights, default_device, find, load_base, need_libraries
from axiometer.records.ids import content_id
from axiometer.records.tables import read_rows, write_parquet, write_text
from axiometer.runtime.lock import LOCK, only_process

ASKED = "axiometer_train.json"
LOG = "log.parquet"
ADAPTER = "adapter_model.safetensors"
CHECKPOINTS = "checkpoints"
CONTROL = "control"
MERGED = "merged"
LIBRARIES = ("torch", "transformers", "peft", "trl", "datasets", "gguf")
Say = Callable[[int, int, float | None, float | None], None]


@dataclass(frozen=True, slots=True)
class TrainOptions:
    """How to tune. `rank`: of LoRA, on all linear layers, with alpha twice the rank; `batch`: preferences in a step;
    `longest`: tokens of prompt and answer, longer ones are cut; `dtype` None: bfloat16 where the processor computes in
    it, else float32; `merged`: also the whole model with the adapter in it; `reverse`: chosen and rejected change
    places (the control), of items alone."""

    epochs: float = 3.0
    learning_rate: float = 3e-4
    beta: float = 0.1
    rank: int = 16
    batch: int = 8
    longest: int = 512
    seed: int = 0
    dtype: str | None = None
    merged: bool = False
    reverse: bool = False

    def __post_init__(self) -> None:
        if not (self.epochs > 0 and self.learning_rate > 0 and self.beta > 0 and self.rank > 0 and self.batch > 0):
            raise InputError("--epochs, --learning-rate, --beta, --rank and --batch must be above 0")


@dataclass(frozen=True, slots=True)
class TrainSummary:
    """What training came to. `loss`, `margin`, `accuracy`: of the last logged steps (margin: mean difference of the
    rewards of chosen and rejected; accuracy: share of preferences where it is above 0); `validation`: the same on the
    validation part, None without one."""

    folder: Path
    target: str
    steps: int
    preferences: int
    loss: float | None
    margin: float | None
    accuracy: float | None
    validation: tuple[float, float] | None
    seconds: float
    resumed_at: int


def train(data: Path, model: str, options: TrainOptions, output: Path, say: Say | None = None) -> TrainSummary:
    """Tunes `model` on the preference data in `data` and writes the folder `output`. The same call goes on from the
    last whole checkpoint; a finished folder is read. Raises `InputError` without the extra, for data or a model that
    cannot be used, and `SpecificationChanged` where the folder holds another training."""
    need_libraries(*LIBRARIES)
    rows = _rows(data, options.reverse)
    weights = find(model)
    asked = _asked(data, rows, model, weights, options)
    _check_folder(output, asked)
    with only_process(output):
        if (output / LOG).is_file() and (output / ADAPTER).is_file():
            return _finished(output, asked)
        write_text(json.dumps(asked, ensure_ascii=False, indent=1) + "\n", output / ASKED)
        return _tuned(rows, weights, options, output, asked, say or _silent)


def _rows(data: Path, reverse: bool) -> dict[Part, list[Preference]]:
    file = data / PREFERENCES
    if not file.is_file():
        raise InputError("no preference data here", file=data, mend="make them with `axiometer align export`")
    rows = [_reversed(row) if reverse and row.kind == Kind.ITEM else row for row in read_rows(file, Preference)]
    parts = {part: [row for row in rows if row.part == part] for part in (Part.TRAIN, Part.VALIDATION)}
    if not parts[Part.TRAIN]:
        raise InputError("no preferences to train on", file=file)
    return parts


def _reversed(row: Preference) -> Preference:
    target = None if row.target is None else f"reverse of {row.target}"
    return replace(row, chosen=row.rejected, rejected=row.chosen, target=target)


def _asked(
    data: Path, rows: dict[Part, list[Preference]], model: str, weights: Weights, options: TrainOptions
) -> dict[str, Any]:
    """What decides the result, as JSON; paths are only noted."""
    made = json.loads((data / FILE).read_text(encoding="utf-8")) if (data / FILE).is_file() else {}
    targets = sorted({row.target for part in rows.values() for row in part if row.target is not None})
    seen = [[row.prompt, row.chosen, row.rejected] for part in rows.values() for row in part]
    return {
        "asked": {
            "base": weights.digest,
            "preferences": content_id("preferences", seen),
            "targets": targets,
            **{name: value for name, value in asdict(options).items() if name != "merged"},
        },
        "noted": {"model": model, "data": str(data), "preferences": len(rows[Part.TRAIN]), "export": made},
    }


def _check_folder(output: Path, asked: dict[str, Any]) -> None:
    if (output / ASKED).is_file():
        with suppress(ValueError):
            old = json.loads((output / ASKED).read_text(encoding="utf-8"))["asked"]
            changed = [name for name in asked["asked"] if old.get(name) != asked["asked"][name]]
            if changed:
                raise SpecificationChanged(
                    "{folder}: made by another specification: {changes} (give another name with -o)",
                    folder=output,
                    changes=", ".join(changed),
                )
    elif output.exists() and any(path.name not in (LOCK, CONTROL) for path in output.iterdir()):
        raise InputError("exists and is not a tuned model", file=output, mend="give another name with -o")


def _tuned(
    rows: dict[Part, list[Preference]],
    weights: Weights,
    options: TrainOptions,
    output: Path,
    asked: dict[str, Any],
    say: Say,
) -> TrainSummary:
    import torch
    import transformers

    began = time.monotonic()
    warnings.filterwarnings("ignore", module=r"(transformers|trl|peft|torch)(\..*)?")
    transformers.utils.logging.set_verbosity_error()
    transformers.set_seed(options.seed)
    torch.set_num_threads(default_threads())
    if weights.base is not None:
        raise InputError("is an adapter already", file=weights.target, mend="merge it first: align train --merged")
    model, tokenizer = load_base(weights, options.dtype or _fastest())
    trainer = _trainer(model, tokenizer, rows, options, output / CHECKPOINTS, say)
    checkpoint = _last_whole(output / CHECKPOINTS)
    resumed = 0 if checkpoint is None else int(checkpoint.name.rpartition("-")[2])
    trainer.train(resume_from_checkpoint=None if checkpoint is None else str(checkpoint))
    log = _log(trainer.state.log_history)
    _write_adapter(trainer, tokenizer, weights, output)
    if options.merged:
        whole = trainer.model.merge_and_unload()
        whole.save_pretrained(str(output / MERGED))
        tokenizer.save_pretrained(str(output / MERGED))
    seconds = time.monotonic() - began
    write_text(json.dumps({**asked, "seconds": round(seconds, 1)}, ensure_ascii=False, indent=1) + "\n", output / ASKED)
    write_text(tuned_card(asked, len(rows[Part.TRAIN]), log), output / "README.md")
    write_parquet(log, output / LOG)
    shutil.rmtree(output / CHECKPOINTS, ignore_errors=True)
    return replace(_finished(output, asked), seconds=seconds, resumed_at=resumed)


def _trainer(
    model: Any, tokenizer: Any, rows: dict[Part, list[Preference]], options: TrainOptions, folder: Path, say: Say
) -> Any:
    import datasets
    import peft
    import transformers
    import trl

    datasets.disable_progress_bars()
    total = _steps(rows, options)
    adapter = peft.LoraConfig(
        r=options.rank,
        lora_alpha=2 * options.rank,
        lora_dropout=0.0,
        target_modules="all-linear",
        task_type="CAUSAL_LM",
    )
    chat = bool(tokenizer.chat_template)

    class Telling(transformers.TrainerCallback):  # type: ignore[misc]
        def on_log(self, _arguments: Any, state: Any, _control: Any, logs: Any = None, **_: Any) -> None:
            said = logs or {}
            say(int(state.global_step), total, said.get("loss"), said.get("rewards/margins"))

    checked = [_example(row, chat) for row in rows[Part.VALIDATION]]
    with redirect_stderr(StringIO()):  # bars of progress; ours are said by `say`
        trainer = trl.DPOTrainer(
            model=model,
            args=_arguments(options, total, folder, bool(rows[Part.VALIDATION])),
            train_dataset=datasets.Dataset.from_list([_example(row, chat) for row in rows[Part.TRAIN]]),
            eval_dataset=datasets.Dataset.from_list(checked) if checked else None,
            processing_class=tokenizer,
            peft_config=adapter,
            callbacks=[Telling()],
        )
    trainer.remove_callback(transformers.PrinterCallback)
    return trainer


def _steps(rows: dict[Part, list[Preference]], options: TrainOptions) -> int:
    return max(1, round(max(1, -(-len(rows[Part.TRAIN]) // options.batch)) * options.epochs))


def _arguments(options: TrainOptions, total: int, folder: Path, validated: bool) -> Any:
    """TRL's settings. The base's log-probabilities are computed once, before training."""
    import trl

    return trl.DPOConfig(
        output_dir=str(folder),
        num_train_epochs=options.epochs,
        per_device_train_batch_size=options.batch,
        per_device_eval_batch_size=options.batch,
        learning_rate=options.learning_rate,
        lr_scheduler_type="linear",
        warmup_steps=min(10, total // 10),
        beta=options.beta,
        max_length=options.longest,
        precompute_ref_log_probs=True,
        gradient_checkpointing=False,
        bf16=False,
        use_cpu=default_device() != "cuda",
        logging_steps=max(1, min(5, total // 10)),
        eval_strategy="epoch" if validated else "no",
        save_strategy="steps",
        save_steps=max(5, total // 10),
        save_total_limit=2,
        seed=options.seed,
        data_seed=options.seed,
        report_to=[],
        disable_tqdm=True,
    )


def _example(row: Preference, chat: bool) -> dict[str, object]:
    """A preference as TRL reads it; without a chat template the answer follows the prompt on a line of its own."""
    if not chat:
        return {"prompt": f"{row.prompt}\n", "chosen": row.chosen, "rejected": row.rejected}
    return {
        "prompt": [{"role": "user", "content": row.prompt}],
        "chosen": [{"role": "assistant", "content": row.chosen}],
        "rejected": [{"role": "assistant", "content": row.rejected}],
    }


def _fastest() -> str:
    """bfloat16 where the processor multiplies in it, else float32."""
    import torch

    if default_device() == "cuda":
        return "bfloat16" if torch.cuda.is_bf16_supported() else "float32"
    with suppress(AttributeError, RuntimeError):
        return "bfloat16" if torch.ops.mkldnn._is_mkldnn_bf16_supported() else "float32"
    return "float32"


def _last_whole(folder: Path) -> Path | None:
    """The last checkpoint that was written to its end (its state is written last); broken ones are taken away."""
    found = sorted(folder.glob("checkpoint-*"), key=lambda path: int(path.name.rpartition("-")[2]), reverse=True)
    for path in found:
        try:
            json.loads((path / "trainer_state.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            shutil.rmtree(path, ignore_errors=True)
        else:
            return path
    return None


def _write_adapter(trainer: Any, tokenizer: Any, weights: Weights, output: Path) -> None:
    """The adapter, whole or not at all, naming its base as the user did."""
    temporary = output / f".{ADAPTER}.tmp"
    shutil.rmtree(temporary, ignore_errors=True)
    config = trainer.model.peft_config["default"]
    config.base_model_name_or_path = _base_name(weights)
    trainer.model.save_pretrained(str(temporary))
    tokenizer.save_pretrained(str(temporary))
    (temporary / "README.md").unlink(missing_ok=True)  # PEFT's own card; ours names target and data
    for file in sorted(temporary.iterdir(), key=lambda path: path.name == ADAPTER):
        file.replace(output / file.name)
    shutil.rmtree(temporary, ignore_errors=True)


def _base_name(weights: Weights) -> str:
    """How the adapter names its base: an alias or hub name as it is, a folder or file by its whole path."""
    path = Path(weights.target).expanduser()
    return str(path.resolve()) if path.exists() else weights.target


_LOGGED = {
    "step": pl.Int64,
    "epoch": pl.Float64,
    "part": pl.String,
    "loss": pl.Float64,
    "margin": pl.Float64,
    "accuracy": pl.Float64,
    "chosen": pl.Float64,
    "rejected": pl.Float64,
}


def _log(history: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """One row for each logged step. chosen, rejected: mean rewards, beta times the change in log-probability."""
    rows = []
    for said in history:
        for part, prefix in ((Part.TRAIN, ""), (Part.VALIDATION, "eval_")):
            if f"{prefix}loss" in said:
                rows.append(
                    {
                        "step": said["step"],
                        "epoch": said["epoch"],
                        "part": str(part),
                        "loss": said[f"{prefix}loss"],
                        "margin": said.get(f"{prefix}rewards/margins"),
                        "accuracy": said.get(f"{prefix}rewards/accuracies"),
                        "chosen": said.get(f"{prefix}rewards/chosen"),
                        "rejected": said.get(f"{prefix}rewards/rejected"),
                    }
                )
    return pl.DataFrame(rows, schema=_LOGGED)


def _finished(output: Path, asked: dict[str, Any]) -> TrainSummary:
    log = pl.read_parquet(output / LOG, glob=False)
    own = log.filter(pl.col("part") == Part.TRAIN).to_dicts()
    checked = log.filter(pl.col("part") == Part.VALIDATION).to_dicts()
    last = own[-1] if own else {}
    noted = json.loads((output / ASKED).read_text(encoding="utf-8"))
    return TrainSummary(
        folder=output,
        target=", ".join(asked["asked"]["targets"]),
        steps=int(last.get("step", 0)),
        preferences=int(asked["noted"].get("preferences", 0)),
        loss=last.get("loss"),
        margin=last.get("margin"),
        accuracy=last.get("accuracy"),
        validation=(checked[-1]["loss"], checked[-1]["accuracy"]) if checked else None,
        seconds=float(noted.get("seconds", 0.0)),
        resumed_at=0,
    )


def _silent(_step: int, _total: int, _loss: float | None, _margin: float | None) -> None:
    return
