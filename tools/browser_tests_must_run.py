"""A pytest plugin: where CI=true, a skipped test that is marked `browser` counts as failed.

Elsewhere a missing browser is a reason to skip; in CI it would hide that nobody looked at the page.
"""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    expected_failure = hasattr(report, "wasxfail")
    if (
        os.environ.get("CI") == "true"
        and report.skipped
        and not expected_failure
        and item.get_closest_marker("browser")
    ):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"a browser test was skipped in CI: {reason}"
    return report
