"""Makes the packaged Chinese font from Debian's `fonts-noto-cjk`. Run by hand; its result is committed.

    apt-get download fonts-noto-cjk && dpkg -x fonts-noto-cjk_*.deb noto
    python tools/make_font.py noto/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc

Takes the simplified-Chinese face of the collection (static, weight 400: a variable font would render thin), keeps
Latin, Greek, Cyrillic, punctuation and symbols, kana, the 6,763 Han characters of GB 2312 and the 5,401 of Big5's first
level (traditional Chinese in common use), and drops everything that a chart label or an answer does not need (vertical
metrics, alternates, hinting). The family is renamed, so that a machine which has the whole Noto font never mistakes
this part of it for the whole. The licence (OFL 1.1) stays: see `OFL.txt` beside the font.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection, TTFont

FAMILY = "Axiometer Sans SC"
FACE = "Noto Sans CJK SC"
OUTPUT = Path(__file__).parents[1] / "src" / "axiometer" / "report" / "fonts" / "AxiometerSansSC-Regular.otf"

RANGES = (
    (0x20, 0x7E),
    (0xA0, 0x17F),  # Latin-1, Latin Extended-A
    (0x2B0, 0x2FF),
    (0x370, 0x3FF),
    (0x400, 0x45F),
    (0x2000, 0x206F),  # general punctuation
    (0x2070, 0x209F),
    (0x20A0, 0x20BF),
    (0x2100, 0x214F),
    (0x2150, 0x218F),
    (0x2190, 0x21FF),
    (0x2200, 0x22FF),
    (0x2400, 0x2426),  # pictures of control characters
    (0x2460, 0x24FF),
    (0x2500, 0x257F),
    (0x25A0, 0x25FF),
    (0x2600, 0x266F),
    (0x3000, 0x30FF),  # CJK punctuation, kana
    (0x3100, 0x312F),
    (0xFE30, 0xFE4F),
    (0xFF00, 0xFFEF),  # full-width forms
)


def characters() -> set[int]:
    """Code points to keep where the face has them."""
    kept = {point for first, last in RANGES for point in range(first, last + 1)}
    kept |= _decodable("gb2312", range(0xA1, 0xF8), range(0xA1, 0xFF))
    kept |= _decodable("big5", range(0xA1, 0xC7), [*range(0x40, 0x7F), *range(0xA1, 0xFF)])
    return kept


def _decodable(encoding: str, leads: range, trails: range | list[int]) -> set[int]:
    texts = (bytes([lead, trail]).decode(encoding, "ignore") for lead in leads for trail in trails)
    return {ord(text) for text in texts if len(text) == 1}


def face_named(collection: Path, name: str) -> TTFont:
    for number, face in enumerate(TTCollection(collection, lazy=True).fonts):
        if face["name"].getDebugName(1) == name:
            return TTFont(collection, fontNumber=number)
    raise SystemExit(f"{collection} has no face {name!r}")


def make(collection: Path, output: Path) -> None:
    font = face_named(collection, FACE)
    options = Options()
    options.layout_features = ["kern"]
    options.hinting = False
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.name_languages = [0x409]
    options.drop_tables += ["VORG", "vhea", "vmtx", "BASE", "GSUB", "GDEF"]
    options.notdef_outline = True
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=characters())
    subsetter.subset(font)
    version = font["name"].getDebugName(5)
    names = {
        1: FAMILY,
        2: "Regular",
        3: f"{FAMILY} (part of {FACE}, {version})",
        4: FAMILY,
        6: FAMILY.replace(" ", "") + "-Regular",
    }
    for identifier, text in names.items():
        font["name"].setName(text, identifier, 3, 1, 0x409)
    cff = font["CFF "].cff
    cff.fontNames = [names[6]]
    cff.topDictIndex[0].FullName = FAMILY
    cff.topDictIndex[0].FamilyName = FAMILY
    font.save(output)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("collection", type=Path, help="NotoSansCJK-Regular.ttc")
    parser.add_argument("-o", "--output", type=Path, default=OUTPUT)
    arguments = parser.parse_args()
    make(arguments.collection, arguments.output)
    print(arguments.output, arguments.output.stat().st_size)
