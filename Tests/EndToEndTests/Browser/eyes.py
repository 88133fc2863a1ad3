"""What a person at a browser does and notices; shared by the walks.

A fault is whatever somebody would stumble over: a serious finding of axe, a violation of the content security policy, an error
on the console of the browser, a page wider than its window.
"""

import base64
import hashlib
import hmac
import pathlib
import struct
import time

import axe_core_python

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}


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
        self.axe = (pathlib.Path(axe_core_python.__file__).parent / "axe.min.js").read_text()

    def look(self, page, name):
        """Looks at the page as it stands: a picture, axe, and whether it fits the window."""
        self.seen += 1
        page.screenshot(path=str(self.shots / f"{name}.png"), full_page=True)
        page.evaluate(self.axe)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        for one in found["violations"]:
            if one["impact"] in ("serious", "critical"):
                where = "; ".join(node["html"][:160] for node in one["nodes"][:3])
                self.faults.append(f"{name}: axe {one['id']}: {where}")
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"):
            self.faults.append(f"{name}: the page is wider than the window")

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
