"""The house stays readable: no long files or functions, nothing printed from a room, nothing heavy before its time."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "src" / "axiometer").rglob("*.py"))
LONGEST_FILE, LONGEST_FUNCTION = 400, 60


def name(file: Path) -> str:
    return str(file.relative_to(ROOT / "src"))


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    lengths = {name(file): len(file.read_text(encoding="utf-8").splitlines()) for file in SOURCES}
    assert not {file: lines for file, lines in lengths.items() if lines > LONGEST_FILE}


def test_no_function_is_longer_than_sixty_lines() -> None:
    long = {}
    for file in SOURCES:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > LONGEST_FUNCTION:
                    long[f"{name(file)}:{node.lineno} {node.name}"] = lines
    assert not long


def test_every_module_says_what_it_is() -> None:
    silent = [
        name(file)
        for file in SOURCES
        if (tree := ast.parse(file.read_text(encoding="utf-8"))).body and not ast.get_docstring(tree)
    ]
    assert not silent


def test_no_module_is_a_drawer_for_strangers() -> None:
    assert not [name(file) for file in SOURCES if file.stem in {"utils", "util", "helpers", "misc", "common"}]


HEAVY = ["openai", "altair", "scipy.stats", "scipy.optimize", "sklearn", "xllamacpp", "pandas", "torch"]


def test_the_command_line_starts_without_anything_heavy() -> None:
    program = f"import sys, axiometer.cli.main; print([m for m in {HEAVY} if m in sys.modules])"
    outcome = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert outcome.stdout.strip() == "[]"


def test_help_costs_less_than_half_a_second_of_processor_time() -> None:
    # The child measures itself; the least of three, because other tests run beside this one.
    program = (
        "import sys, time\n"
        "sys.argv = ['axiometer', '--help']\n"
        "from axiometer.cli.main import main\n"
        "try:\n    main()\n"
        "except SystemExit:\n    pass\n"
        "print(time.process_time(), file=sys.stderr)\n"
    )
    seconds = [
        float(subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stderr)
        for _ in range(3)
    ]
    assert min(seconds) < 0.5
