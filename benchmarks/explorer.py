"""The explorer on a run of 400,000 items and three respondents: a real browser, times of pages, memory of the server.

The run (`explorer_run`) has two presentations of each item. The first visit makes the index; the second
server finds it. A page's time is from asking to its last byte drawn, as a reader waits for it.
Asked for: under 1 s and under 1 GB.
"""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.request import urlopen

from benchmarks.explorer_run import item_id, write_run
from benchmarks.processes import TreePeak

RUN: Final = "runs/big"
TIMES: Final = 3
CHROMIUM: Final = "/usr/bin/chromium"
SERVER: Final = (
    "import sys; from pathlib import Path; from axiometer.web.options import WebOptions; "
    "from axiometer.web.serving import serve; serve(Path(sys.argv[1]), WebOptions(port=int(sys.argv[2])))"
)
_FILES: Final = {
    "items of a filter, CSV": f"/explore/export/items?at={RUN}&model=1&value=humility&side=for&as=csv",
    "their answers, Parquet": f"/explore/export/items?at={RUN}&model=1&value=humility&side=for&what=answers&as=parquet",
    "all items, CSV": f"/explore/export/items?at={RUN}&as=csv",
    "chart, SVG": f"/explore/figure?at={RUN}&chart=profile",
}
_PAGES: Final = {
    "overview": "/explore",
    "run": f"/explore/run?at={RUN}",
    "items, first page": f"/explore/items?at={RUN}",
    "filter: language and value": f"/explore/items?at={RUN}&lang_of=zh&value=humility",
    "filter: a model's refusals": f"/explore/items?at={RUN}&model=1&outcome=refused",
    "filter: a model chose the value": f"/explore/items?at={RUN}&model=1&value=humility&side=for",
    "filter: two models differ": f"/explore/items?at={RUN}&model=0&differs=2",
    "search: Chinese": f"/explore/items?at={RUN}&text=罢工期间",
    "search: English": f"/explore/items?at={RUN}&text=mistake in the accounts",
    "search: one item": f"/explore/items?at={RUN}&text=(case {{last}})",
    "search: answers": f"/explore/items?at={RUN}&said=rather not",
    "items, last page": f"/explore/items?at={RUN}&after={{near}}",
    "one item": f"/explore/item?at={RUN}&id={{item}}",
    "three models compared": f"/explore/compare?with={RUN}~0&with={RUN}~1&with={RUN}~2",
}


def explorer(small: bool = False, folder: str | None = None) -> None:
    """Writes the run unless `folder` holds one, then measures."""
    items, models = (4_000, 3) if small else (400_000, 3)
    with tempfile.TemporaryDirectory() as spare:
        root = Path(folder or os.environ.get("EXPLORER_FOLDER") or spare)
        if not (root / RUN / "run.yaml").exists():
            started = time.monotonic()
            write_run(root / RUN, items=items, models=models)
            print(f"run of {items:,} items x {models} written in {time.monotonic() - started:.0f} s", flush=True)
        for visit in ("first visit (makes the index)", "server started again"):
            with _server(root) as (address, peak):
                _visit(address, visit, items)
            print(f"  peak memory of the server: {peak.mebibytes:.0f} MiB", flush=True)


def _visit(address: str, visit: str, items: int) -> None:
    from playwright.sync_api import sync_playwright

    print(visit, flush=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, chromium_sandbox=False)
        page = browser.new_page()
        started = time.monotonic()
        page.goto(f"{address}/")
        print(f"  {'the folder, first of all':34} {time.monotonic() - started:6.2f} s")
        started = time.monotonic()
        page.goto(f"{address}{_PAGES['run']}")
        print(f"  {'the run, first answer':34} {time.monotonic() - started:6.2f} s")
        page.wait_for_selector("#values", timeout=600_000)
        print(f"  {'the run, whole':34} {time.monotonic() - started:6.2f} s", flush=True)
        for name, path in _PAGES.items():
            asked = address + path.format(last=items - 2, near=items - 60, item=item_id(items // 2))
            times = [_time(page, asked) for _ in range(TIMES)]
            print(f"  {name:34} {times[0]:6.2f} s, then {statistics.median(times[1:]):.2f} s", flush=True)
            time.sleep(0.3)
        browser.close()
    for name, path in _FILES.items():
        started = time.monotonic()
        with urlopen(address + path) as answered:
            first, size = time.monotonic() - started, len(answered.read())
        print(f"  {name:34} {first:6.2f} s to its start, {time.monotonic() - started:.2f} s for {size / 2**20:.1f} MiB")


def _time(page: Any, address: str) -> float:
    started = time.monotonic()
    response = page.goto(address)
    taken = time.monotonic() - started
    if response is None or response.status != 200:
        raise RuntimeError(f"{address}: {response and response.status}")
    return taken


@contextmanager
def _server(root: Path) -> Iterator[tuple[str, TreePeak]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen([sys.executable, "-c", SERVER, str(root), str(port)]) as process:
        peak = TreePeak(process.pid)
        peak.start()
        try:
            _wait(port)
            yield f"http://127.0.0.1:{port}", peak
        finally:
            process.terminate()
            process.wait()
            peak.join()


def _wait(port: int) -> None:
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("the server does not listen")
