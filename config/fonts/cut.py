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
from fontTools.misc.psCharStrings import T2CharString
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont, newTable
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable


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

HAN = range(0x4E00, 0xA000)


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


def straighten(font):
    """Give the Han block glyph numbers that run with the code points, empty glyphs in the gaps.

    cairo 1.16 looks every glyph it embeds up backwards in the 16-bit character map, copying the
    whole table each time: half the time of a document. Numbered like this, the block is one entry of
    that map. The 32-bit map, which FreeType, HarfBuzz and fontconfig prefer, lists only what is
    there, so a gap still counts as missing. Other glyphs keep their order: kerning depends on it.
    """
    font.ensureDecompiled()
    mapping = font.getBestCmap()
    at = {code: mapping[code] for code in HAN if code in mapping}
    han = set(at.values())
    top = font["CFF "].cff.topDictIndex[0]
    strings = top.CharStrings
    outlines = {name: strings[name] for name in font.getGlyphOrder()}
    dictionary = {name: top.FDSelect[index] for index, name in enumerate(font.getGlyphOrder())}
    sample = at[0x4E00]
    order = [name for name in font.getGlyphOrder() if name not in han]
    used = set()
    kept = set(font.getGlyphOrder())
    free = (f"cid{number:05d}" for number in range(1, 0x10000) if f"cid{number:05d}" not in kept)
    for code in HAN:
        name = at.get(code)
        if name is None or name in used:
            name = next(free)
            private = outlines[sample].private
            outlines[name] = T2CharString(program=["endchar"], private=private, globalSubrs=outlines[sample].globalSubrs)
            dictionary[name] = dictionary[sample]
            font["hmtx"].metrics[name] = (1000, 0)
        used.add(name)
        order.append(name)
    strings.charStrings = {name: index for index, name in enumerate(order)}
    strings.charStringsIndex.items = [outlines[name] for name in order]
    top.charset = order
    top.FDSelect.gidArray = [dictionary[name] for name in order]
    top.numGlyphs = len(order)
    font.setGlyphOrder(order)
    if hasattr(font, "_reverseGlyphOrderDict"):
        del font._reverseGlyphOrderDict
    first = len(order) - len(HAN)
    small = {code: name for code, name in mapping.items() if code < 0x10000 and code not in HAN}
    small.update({code: order[first + code - HAN.start] for code in HAN})
    tables = []
    for encoding, form, entries in ((1, 4, small), (10, 12, mapping)):
        table = CmapSubtable.newSubtable(form)
        table.platformID, table.platEncID, table.language = 3, encoding, 0
        if form == 12:
            table.reserved, table.length, table.nGroups = 0, 0, 0
        table.cmap = dict(entries)
        tables.append(table)
    font["cmap"].tables = tables


def flatten(font):
    """Turn the outlines into TrueType's, which follow the drawn curve to a thousandth of the em.

    For every document and font cairo 1.16 copies the whole CFF table twice and walks the index of all
    its glyphs; of TrueType outlines it reads those it embeds. A page takes a third less time for it.
    """
    order = font.getGlyphOrder()
    drawn = font.getGlyphSet()
    shapes = {}
    for name in order:
        pen = TTGlyphPen(None)
        drawn[name].draw(Cu2QuPen(pen, max_err=font["head"].unitsPerEm / 1000, reverse_direction=True))
        shapes[name] = pen.glyph()
    del font["CFF "]
    font["loca"] = newTable("loca")
    font["glyf"] = newTable("glyf")
    font["glyf"].glyphOrder = order
    font["glyf"].glyphs = shapes
    font["glyf"].compile(font)  # works out each glyph's box
    metrics = font["hmtx"].metrics
    for name in order:
        metrics[name] = (metrics[name][0], getattr(shapes[name], "xMin", 0))
    limits = font["maxp"]
    limits.tableVersion = 0x00010000
    for field in (
        "maxTwilightPoints", "maxStorage", "maxFunctionDefs", "maxInstructionDefs", "maxStackElements",
        "maxSizeOfInstructions", "maxComponentElements",
    ):
        setattr(limits, field, 0)  # no hints and no composed glyphs
    limits.maxZones = 1
    font["post"].formatType = 3.0
    font.sfntVersion = "\x00\x01\x00\x00"


def main():
    source, old, family, style, characters, out = sys.argv[1:]
    font = face(source, old)
    wanted = set(LATIN)
    if characters == "song":
        wanted |= set(SIGNS) | set(gb2312()) | named()
    options = subset.Options()
    options.desubroutinize = True  # cairo subsets a flat font twice as fast, and the result is half the size
    options.hinting = False  # print needs no hints
    options.layout_features = ["kern"]  # no ligatures: copied text must give back what was written
    options.drop_tables += ["GSUB", "vhea", "vmtx", "VORG"]  # lines run across the page only
    options.notdef_outline = True
    options.recalc_timestamp = False
    options.name_languages = ["*"]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=wanted)
    cutter.subset(font)
    rename(font, family, style)
    if characters == "song":
        straighten(font)
    flatten(font)
    font.save(out, reorderTables=True)


main()
