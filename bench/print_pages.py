"""Prints notices like those of P13 with WeasyPrint: print_pages.py FONTS COUNT DIRECTORY.

Everything that can be made once is made once (fonts, style sheet); one page each is written to DIRECTORY. Prints the seconds.
"""

import hashlib
import json
import sys
import time

import segno
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

fonts, count, directory = sys.argv[1], int(sys.argv[2]), sys.argv[3]
configuration = FontConfiguration()
style = CSS(
    string=f"""
    @font-face {{ font-family: Song; src: url(file://{fonts}/SongdaSong-Regular.otf); }}
    @font-face {{ font-family: Song; font-weight: bold; src: url(file://{fonts}/SongdaSong-Bold.otf); }}
    @page {{ size: A4; margin: 25mm; }}
    body {{ font-family: Song; font-size: 11pt; line-height: 1.6; }}
    h1 {{ font-size: 16pt; text-align: center; }}
    footer {{ position: absolute; bottom: 0; font-size: 8pt; }}
    footer img {{ width: 22mm; }}
    """,
    font_config=configuration,
)


def page(index):
    number = f"BENCH-2026-{index:06d}"
    digest = hashlib.sha256(number.encode()).hexdigest()
    code = segno.make(f"songda:{number}:{digest}", error="m").svg_data_uri()
    with open(f"{directory}/{index}.json", encoding="utf-8") as file:
        notice = json.load(file)
    words = "".join(f"<p>{line}</p>" for line in notice["lines"])
    return f"<h1>{notice['title']}</h1>{words}<footer><img src='{code}'><br>{number}<br>SHA-256 {digest}</footer>"


start = time.monotonic()
for index in range(count):
    HTML(string=f"<html lang=zh><body>{page(index)}</body></html>").write_pdf(
        f"{directory}/{index}.pdf", stylesheets=[style], font_config=configuration
    )
print(time.monotonic() - start)
