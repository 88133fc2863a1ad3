#!/usr/bin/python3
"""Cut the fonts of formal notices out of Noto CJK: small files make fast documents.

    cut.py SOURCE.ttc 'FACE FAMILY' 'NEW FAMILY' STYLE CHARACTERS OUT.otf

CHARACTERS is `song` (GB 2312, Latin, punctuation, the characters of names) or `mono` (Latin only).
The family gets a name of its own: fontconfig then cannot mistake another font of the machine for
ours, and the licence (SIL OFL 1.1) asks a changed font not to carry a reserved name.
"""
import pathlib
import sys

from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont


def gb2312():
    """Every character of GB 2312: rows 1-9 (symbols, Latin, kana, Greek, Cyrillic) and 16-87 (Han)."""
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                yield ord(bytes((row, cell)).decode("gb2312"))
            except UnicodeDecodeError:
                pass  # an unassigned cell of the table


def named():
    lines = pathlib.Path(__file__).with_name("name-characters.txt").read_text(encoding="utf-8").splitlines()
    return {ord(c) for line in lines if not line.startswith("#") for c in line.strip()}


LATIN = [*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x2010, 0x2028), *range(0x2030, 0x203B), 0x20AC, 0x2116, 0x2122]
SIGNS = [
    *range(0x1CD, 0x1DD), *range(0x2000, 0x2070), *range(0x20A0, 0x20C0), *range(0x2100, 0x2190),
    *range(0x2190, 0x219A), *range(0x2200, 0x2270), *range(0x2460, 0x2500), *range(0x25A0, 0x2607),
    0x2610, 0x2611, 0x2612, 0x2713, 0x2717, *range(0x3000, 0x3040), *range(0x3200, 0x3300),
    *range(0xFE30, 0xFE50), *range(0xFF00, 0xFFEF),
]


def face(path, family):
    """The face of a collection by its family name: the index differs between releases of Noto."""
    count = len(TTCollection(path, lazy=True).fonts)
    for index in range(count):
        font = TTFont(path, fontNumber=index, lazy=True)
        if font["name"].getBestFamilyName() == family:
            return font
    sys.exit(f"{path}: has no face called {family!r}")


def rename(font, family, style):
    """Replace every name that identifies the font, also inside the CFF table, where the PDF takes it from."""
    postscript = f"{family.replace(' ', '')}-{style}"
    names = {1: family, 2: style, 3: postscript, 4: f"{family} {style}", 6: postscript}
    table = font["name"]
    kept = [n for n in table.names if n.nameID in (0, 5, 13, 14)]
    table.names = kept
    for name_id, text in names.items():
        table.setName(text, name_id, 3, 1, 0x409)
    cff = font["CFF "].cff
    cff.fontNames = [postscript]
    cff.topDictIndex[0].FamilyName = family
    cff.topDictIndex[0].FullName = f"{family} {style}"


def main():
    source, old, family, style, characters, out = sys.argv[1:]
    font = face(source, old)
    wanted = set(LATIN)
    if characters == "song":
        wanted |= set(SIGNS) | set(gb2312()) | named()
    options = subset.Options()
    options.desubroutinize = True  # cairo subsets a flat font twice as fast, and the result is half the size
    options.hinting = False  # print needs no hints
    options.layout_features = ["kern", "locl"]  # no ligatures: copied text must give back what was written
    options.notdef_outline = True
    options.recalc_timestamp = False
    options.name_languages = ["*"]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=wanted)
    cutter.subset(font)
    rename(font, family, style)
    font.save(out, reorderTables=True)


main()
