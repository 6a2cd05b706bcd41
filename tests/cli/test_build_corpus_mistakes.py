"""`build corpus`, `build dedup` and `trace`: each mistake is one line, exit code 1, and writes nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from .conftest import Axiometer, listing, run_in

SENTENCES = (
    "The council voted to protect the river.",
    "A worker returned a lost wallet to its owner.",
    "志愿者们为灾区捐款捐物，团结互助。",
    "法院判决该公司赔偿受害者，维护公平正义。",
)


def write_texts(path: Path, count: int) -> Path:
    lines = [f'"{SENTENCES[number % 4]} {number}"' for number in range(count)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["text", *lines]), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, surroundings: dict[str, str]) -> Path:
    """A folder with `texts.csv` and a corpus `made` from it."""
    folder = tmp_path_factory.mktemp("made")
    write_texts(folder / "texts.csv", 24)
    said = run_in(folder, surroundings, *BUILD, "made")
    assert said.code == 0, said.err
    return folder


@pytest.fixture
def place(tmp_path: Path, made: Path) -> Path:
    """The same in a folder of its own, beside files of every wrong kind."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    files = {
        "empty.csv": "",
        "two.csv": "aa,bb\nPeople deserve a fair trial in court,It is good to help each other\n",
        "notes.odt": "no text format",
        "lable.yaml": "lable: sim/rulewriter\n",
        "list.yaml": "- label\n- screen\n",
        "number.yaml": "label: 3\n",
        "nobody.yaml": "label: sim/nobody\n",
        "items.yaml": "label: sim/balanced\n",
        "framwork.yaml": "texts: texts.csv\nframwork: x\n",
        "many.yaml": "texts: [texts.csv]\nlimit: many\n",
        "value.csv": "text,value,label\nBe kind,nosuchvalue,1\n",
        "five.csv": "text,value,label\nBe kind,诚信,5\n",
        "foreign/letter.txt": "not a corpus",
        "half/corpus.yaml": "format: 1\nasked: {steps: {screen: 1}}\nnoted: {}\n",
        "later/corpus.yaml": "format: 99\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


ASKED = ("--framework", "core-socialist-values", "-m", "sim/rulewriter", "-o")
BUILD = ("build", "corpus", "texts.csv", *ASKED)
NEW = (*BUILD, "new")
DEDUP = ("build", "dedup")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("build", "corpus"), "no texts (name files, folders or globs)"),
        (("build", "corpus", "texts.csv"), "no framework (name one with --framework"),
        (BUILD[:5], "no model (name one with -m"),
        (BUILD[:7], "no folder for the corpus (name one with -o"),
        (("build", "corpus", "nowhere.csv", *ASKED, "new"), "nowhere.csv: no such file or folder"),
        (("build", "corpus", "no*.csv", *ASKED, "new"), "no file matches no*.csv"),
        (("build", "corpus", "empty.csv", *ASKED, "new"), "empty.csv: the file is empty"),
        (("build", "corpus", "notes.odt", *ASKED, "new"), "files of this kind are not read"),
        (("build", "corpus", "two.csv", *ASKED, "new"), "several columns may hold the texts: 'aa', 'bb'"),
        ((*NEW, "--text-column", "body"), "texts.csv: there is no column 'body' (it has 'text')"),
        ((*NEW, "--lang", "klingon"), "'klingon' is no code of a language (for example zh or en)"),
        ((*NEW, "--limit", "0"), "--limit must be a whole number of at least 1"),
        ((*NEW, "--enter", "screen"), "rules cannot come in at the step 'screen'"),
        ((*NEW, "--threshold", "3"), "--threshold must be a number from 0 to 1"),
        ((*NEW, "--embedder", "who/ever"), "embedder 'who/ever' has no measured threshold"),
        ((*NEW, "--against", "nowhere"), "nowhere: no such file"),
        ((*NEW, "--runner", "spark"), "there is no runner 'spark' (one of local, ray)"),
        (
            (*NEW, "--labels", "value.csv"),
            "value.csv, line 2, column 'value': framework",
        ),
        ((*NEW, "--labels", "five.csv"), "five.csv, line 2, column 'label': '5' is no label"),
        ((*NEW, "--models-by-step", "lable.yaml"), "there is no step 'lable' (steps: screen, write"),
        ((*NEW, "--models-by-step", "list.yaml"), "list.yaml: must be a mapping of steps to models"),
        ((*NEW, "--models-by-step", "number.yaml"), "number.yaml: must be a mapping of steps to models"),
        ((*NEW, "--models-by-step", "nobody.yaml"), "unknown simulated respondent 'sim/nobody'"),
        ((*NEW, "--models-by-step", "items.yaml"), "sim/balanced answers items and writes none"),
        (("build", "corpus", "--config", "framwork.yaml"), "framwork.yaml: there is no option 'framwork' (known:"),
        (("build", "corpus", "--config", "many.yaml"), "many.yaml: --limit must be a whole number"),
        ((*BUILD, "texts.csv"), "texts.csv: a file stands where a folder is needed"),
        ((*BUILD, "texts.csv/new"), "texts.csv/new: a file stands where a folder is needed"),
        ((*BUILD, "foreign"), "foreign: exists and is not a corpus"),
        ((*BUILD, "half"), "half/corpus.yaml: not a corpus.yaml as `axiometer build corpus` writes it"),
        (("build", "corpus", "--status", "half"), "half/corpus.yaml: not a corpus.yaml"),
        (("build", "corpus", "--status", "later"), "made by another version of Axiometer (format 99, this is 1)"),
        (("build", "corpus", "--status", "foreign"), "foreign: no corpus.yaml here"),
        (DEDUP, "no rules (name a table of rules or a corpus)"),
        ((*DEDUP, "made"), "no table to write (name one with -o NAME.parquet)"),
        ((*DEDUP, "made", "-o", "rules.csv"), "no table to write"),
        ((*DEDUP, "texts.csv", "-o", "new.parquet"), "texts.csv: not a Parquet file"),
        ((*DEDUP, "made", "-o", "made/corpus/data/rules.parquet"), "the rules would be written over themselves"),
        (("trace", "zebra", "--corpus", "made"), "'zebra' is no id"),
        (("trace", "0123456789", "--corpus", "made"), "made: there is no row 0123456789... in this corpus"),
        (("trace", "0123456789", "--corpus", "foreign"), "foreign: no corpus.yaml here"),
        (("trace", "0123456789"), "there is no corpus under corpora"),
    ],
)
def test_a_mistake_is_one_line_and_nothing_is_written(
    inside: Axiometer, place: Path, words: tuple[str, ...], expected: str
) -> None:
    before = listing(place)
    assert expected in inside(*words).line
    assert listing(place) == before


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (("--compact",), "made: made by another specification: compact: False -> True"),
        (("--lang", "en"), "ingest.lang: None -> en"),
        (("--against", "made"), "dedup.against: None -> "),
    ],
)
def test_another_corpus_in_the_same_folder_is_refused_with_the_difference(
    inside: Axiometer, place: Path, more: tuple[str, ...], expected: str
) -> None:
    stages = listing(place / "made" / "stages")
    assert expected in inside(*BUILD, "made", *more).line
    assert listing(place / "made" / "stages") == stages


@pytest.mark.parametrize("damaged", ["ingest/fates", "screen/rows", "write/fates", "dedup/rows"])
def test_a_damaged_part_is_told_and_made_again_when_it_was_deleted(
    inside: Axiometer, place: Path, damaged: str
) -> None:
    file = place / "made" / "stages" / damaged / "000000.parquet"
    whole = file.read_bytes()
    file.write_bytes(b"no table")
    (place / "made" / "release.json").unlink()  # else nothing of a finished corpus is read again
    said = inside(*BUILD, "made")
    assert said.code == 1 and "Traceback" not in said.err
    assert "000000.parquet: not a" in said.err.splitlines()[-1] and "damaged" in said.err.splitlines()[-1]
    file.unlink()
    assert inside(*BUILD, "made").code == 0
    assert file.read_bytes() == whole
