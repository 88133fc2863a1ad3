"""What a person at a browser does and notices; shared by the walks.

A fault is whatever somebody would stumble over: a serious finding of axe, a violation of the content security policy, an error
on the console of the browser, a page wider than its window.
"""

import base64
import hashlib
import hmac
import os
import pathlib
import re
import struct
import time

import axe_core_python

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}

# The words of a page without what people and machines have written into it.
PLAIN_TEXT = """() => {
    const others = "textarea, blockquote, code, pre, samp, .code, script, .timeline details";
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    for (let node = walk.nextNode(); node; node = walk.nextNode())
        if (!node.parentElement.closest(others)) found.push(node.data);
    return found.join(" ");
}"""
UNFOLD = """() => {
    const all = [...document.querySelectorAll("details")].filter(one => !one.closest(".timeline"));
    if (all.length <= 60) for (const one of all) one.open = true;
}"""
WRONG = {
    "a time without its zone": r"\b\d\d:\d\d:\d\d(?! [+-]\d\d:\d\d)",
    "the name of a word": r"\b(?:[a-z]+_[a-zA-Z]\w*)\b",
    "a value of a program": r"Optional\(|\bnil\b|\bnull\b|\bundefined\b|\bNaN\b|\{\w+\}",
}

# Names of people and companies as long as they come, in place of those of the demo.
LONG_NAMES = """names => {
    const long = ["尼加提·阿卜杜热合曼·买买提艾力", "Maximiliana Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh"];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(), n = 0; node; node = walk.nextNode())
        for (const name of names)
            if (node.data.includes(name)) node.data = node.data.replaceAll(name, long[n++ % 2]);
}"""


def code(secret, used=set()):
    """The authenticator's code (RFC 6238); waits for the next one when this one was used."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    while True:
        step = int(time.time()) // 30
        if (secret, step) not in used:
            used.add((secret, step))
            break
        time.sleep(1)
    mac = hmac.new(key, struct.pack(">Q", step), hashlib.sha1).digest()
    place = mac[19] & 15
    number = struct.unpack(">I", mac[place : place + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


class Eyes:
    """Looks at pages, keeps pictures of them, and remembers what is wrong."""

    def __init__(self, base, shots):
        self.base, self.shots = base, pathlib.Path(shots)
        self.faults, self.seen = [], 0
        # Whoever is named on many pages.
        self.names = ["李敏", "李雷", "王芳", "赵刚", "陈静", "周凯", "张伟", "韩梅", "林涛", "冯超", "宏远贸易（上海）有限公司"]
        self.axe = (pathlib.Path(axe_core_python.__file__).parent / "axe.min.js").read_text()

    def look(self, page, name):
        """Looks at the page as it stands: a picture, axe, its words, and whether it fits the window."""
        self.seen += 1
        self.picture(page, name)
        page.evaluate(self.axe)
        self.axe_finds(page, name)
        self.words(page, name)
        self.fits(page, name)

    def look_all_ways(self, page, address, name, kept=()):
        """Looks at the page at an address in both languages, in light and in dark, at a desk and on a telephone.

        The page is the same in light and in dark but for its colours, and the server does not know how wide the window is: it
        is loaded once for each language. Axe looks in both languages, in light and in dark, at everything in two of these ways
        and at the colours in the other two. Pictures are kept of the ways in `kept`, of all eight where SONGDA_SCREENSHOTS is
        "all".
        """
        for language in ("zh-CN", "en"):
            page.emulate_media(color_scheme="light")
            page.set_viewport_size(DESK)
            answer = page.goto(f"{address}{'&' if '?' in address else '?'}lang={language}")
            if answer.status >= 400 or page.get_attribute("html", "lang") != language:
                self.faults.append(f"{name}: {answer.status} in {page.get_attribute('html', 'lang')}, not {language}")
                continue
            # What is folded up is looked at too, except for the facts of a time line and the addresses of the interface.
            page.evaluate(UNFOLD)
            page.evaluate(self.axe)
            for size, scheme in ((DESK, "light"), (DESK, "dark"), (PHONE, "dark"), (PHONE, "light")):
                page.emulate_media(color_scheme=scheme)
                page.set_viewport_size(size)
                way = f"{'desk' if size is DESK else 'phone'}-{scheme}-{language}"
                where = f"{name}-{way}"
                if way in kept or os.environ.get("SONGDA_SCREENSHOTS") == "all":
                    self.picture(page, where)
                if way in ("desk-light-zh-CN", "phone-dark-en"):
                    self.axe_finds(page, where)
                elif way in ("desk-dark-zh-CN", "desk-light-en"):
                    self.axe_finds(page, where, only=("color-contrast",))
                if scheme == ("light" if size is DESK else "dark"):
                    self.fits(page, where)
                self.seen += 1
            self.words(page, f"{name}-{language}")
            page.evaluate(LONG_NAMES, self.names)
            self.fits(page, f"{name}-phone-{language} with long names")

    def picture(self, page, name):
        """Keeps a picture of the whole page; what stands in a frame is painted only where the window reaches."""
        before = page.viewport_size
        if page.locator("iframe").count():
            height = page.evaluate("document.documentElement.scrollHeight")
            page.set_viewport_size({"width": before["width"], "height": max(before["height"], min(height, 12000))})
            # Frames of another origin are painted by a process of their own.
            page.wait_for_timeout(150)
        # Of a page without end, such as the description of the interface, the beginning.
        height = min(page.evaluate("document.documentElement.scrollHeight"), 12000)
        clip = {"x": 0, "y": 0, "width": before["width"], "height": max(height, before["height"])}
        page.screenshot(path=str(self.shots / f"{name}.png"), full_page=True, clip=clip)
        page.set_viewport_size(before)

    def axe_finds(self, page, name, only=None):
        """Serious findings of axe; documents in frames have no script, and are not looked into."""
        options = {"resultTypes": ["violations"], "iframes": False}
        if only:
            options["runOnly"] = {"type": "rule", "values": list(only)}
        found = page.evaluate("options => axe.run(document, options)", options)
        for one in found["violations"]:
            if one["impact"] in ("serious", "critical"):
                where = "; ".join(node["html"][:160] for node in one["nodes"][:3])
                self.faults.append(f"{name}: axe {one['id']}: {where}")

    def fits(self, page, name):
        """Nothing is wider than the window; tables scroll in frames of their own."""
        if page.evaluate("document.scrollingElement.scrollWidth > window.innerWidth"):
            self.faults.append(f"{name}: the page is wider than the window")

    def words(self, page, name):
        """No time without its zone, no name of a word instead of the word, no value that a program would print."""
        # What was typed, quoted or computed by others stands as it is.
        text = page.evaluate(PLAIN_TEXT)
        for what, pattern in WRONG.items():
            for found in re.findall(pattern, text)[:3]:
                self.faults.append(f"{name}: {what}: {found}")

    def window(self, browser, who, size, scheme="light", language="zh-CN", **more):
        """A window of its own, whose complaints are heard."""
        context = browser.new_context(
            viewport=size, color_scheme=scheme, locale=language, accept_downloads=True, **more
        )
        page = context.new_page()

        def hear(message):
            # What the pages of others complain of is theirs.
            if not (message.location.get("url") or self.base).startswith(self.base):
                return
            # That a form with mistakes is answered with 422 is what was asked for.
            if message.type == "error" and "status of 422" not in message.text:
                self.faults.append(f"{who}: the browser says: {message.text[:300]}")

        page.on("console", hear)
        page.on("pageerror", lambda error: self.faults.append(f"{who}: {error}"))
        return page

    def sign_in(self, page, account):
        """Through the door, with the second factor where there is one."""
        page.goto(self.base + "/")
        assert page.url.startswith(self.base + "/sign-in"), page.url
        page.fill("#login", account["login"])
        page.fill("#password", account["password"])
        if account.get("secret"):
            page.fill("#code", code(account["secret"]))
        page.click("main button[type=submit]")
        page.wait_for_url(self.base + "/")
