"""Addresses of the pages of a project."""

from __future__ import annotations

from typing import Final

from starlette.routing import BaseRoute, Route

from axiometer.web.annotation import keeper, rater

ROUTES: Final[tuple[BaseRoute, ...]] = (
    Route("/rate", rater.next_row, methods=["GET"]),
    Route("/rate/start", rater.start, methods=["GET"]),
    Route("/rate/start", rater.agree, methods=["POST"]),
    Route("/rate/label", rater.label, methods=["POST"]),
    Route("/rate/skip", rater.skip, methods=["POST"]),
    Route("/rate/undo", rater.undo, methods=["POST"]),
    Route("/rate/withdraw", rater.ask_withdrawal, methods=["GET"]),
    Route("/rate/withdraw", rater.withdraw, methods=["POST"]),
    Route("/rate/{place:int}", rater.row_at, methods=["GET"]),
    Route("/admin", keeper.overview, methods=["GET"]),
    Route("/admin/invite", keeper.invite, methods=["POST"]),
    Route("/admin/revoke", keeper.revoke, methods=["POST"]),
    Route("/admin/agreement", keeper.agreement, methods=["GET"]),
    Route("/admin/labels.{kind}", keeper.labels, methods=["GET"]),
    Route("/admin/answers.parquet", keeper.answers, methods=["GET"]),
    Route("/admin/differences", keeper.differences, methods=["GET"]),
    Route("/admin/skipped", keeper.skipped, methods=["GET"]),
    Route("/admin/settle", keeper.settle, methods=["POST"]),
)
