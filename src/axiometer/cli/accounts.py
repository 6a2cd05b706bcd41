"""How the accounts and the estimates of the steps that ask a model are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from axiometer.cli.console import say, say_json, say_table
from axiometer.messages import t

if TYPE_CHECKING:
    from axiometer.build.work.accounts import StepAccount, StepEstimate


def say_estimate(rows: Sequence[StepEstimate]) -> None:
    """What each step would take."""
    say_table(
        ["step", "model", "calls", "calls at most", "tokens in", "tokens out", "USD", "USD at most"],
        [
            [
                row.step,
                row.model,
                row.calls,
                row.calls_at_most,
                row.tokens_in,
                row.tokens_out,
                row.usd,
                row.usd_at_most,
            ]
            for row in rows
        ],
        title=t("Nothing was asked. It would take:"),
    )


def say_prices_missing(rows: Sequence[StepEstimate]) -> None:
    """Says so where the price of a paid model is not known."""
    if any(row.usd is None and row.paid for row in rows):
        say(t("No price is known for some of them: give it in models.yaml."))


def say_status(accounts: Sequence[StepAccount], as_json: bool) -> None:
    """The account of every step, as tables or as JSON."""
    if as_json:
        say_json([asdict(account) for account in accounts])
    else:
        say_accounts(accounts)


def say_accounts(accounts: Sequence[StepAccount]) -> None:
    """Every step with what became of its rows, reasons, and steps whose model always answered about the same."""
    say_table(
        [
            "step",
            "in",
            "kept",
            "dropped",
            "failed",
            "out",
            "waiting",
            "calls",
            "repaired",
            "tokens in",
            "tokens out",
            "USD",
        ],
        [
            [
                row.step,
                row.account.rows,
                row.account.kept,
                sum(row.account.dropped.values()),
                sum(row.account.failed.values()),
                row.account.outputs,
                row.waiting,
                row.account.calls,
                row.account.repaired,
                row.account.tokens_in,
                row.account.tokens_out,
                row.usd,
            ]
            for row in accounts
        ],
    )
    reasons = [
        [row.step, kind, _reason(reason), count]
        for row in accounts
        for kind, counts in ((t("dropped"), row.account.dropped), (t("failed"), row.account.failed))
        for reason, count in counts.items()
    ]
    if reasons:
        say_table(["step", "fate", "reason", "n"], reasons)
    for row in accounts:
        if row.alike is not None:
            said = "{step}: the same answer in {same} of {answers} calls; look at them"
            say(t(said, step=row.step, same=row.alike[0], answers=row.alike[1]))


def _reason(reason: str) -> str:
    """The reason in the user's language; what follows a colon is a field's name."""
    head, colon, field = reason.partition(": ")
    return t(head + colon) + field
