"""Signs in through an identity provider in a real Chromium, over TLS, as people of a house would.

Reads one JSON object from standard input:
  base      where the console is
  shots     a directory for screenshots
  provider  where the identity provider is
  steps     a list of {"who", "password", "own", "page", "meets"}: who signs in at the provider for the first time, with
            which password; the secret of their authenticator here, where a code is asked for; a page to go to; and "in",
            "code" or "unlinked", which is what they meet

Prints one JSON object: the faults that were found, and how many pages were looked at.
"""

import json
import sys

from eyes import DESK, PHONE, Eyes, code
from playwright.sync_api import sync_playwright

order = json.load(sys.stdin)
base, provider = order["base"], order["provider"]
eyes = Eyes(base, order["shots"])


def at_the_provider(page, step):
    """Gives whatever the provider asks for; it hands out an authenticator, and asks for a code of it."""
    page.fill("input[name=login]", step["who"])
    page.click("button[type=submit].primary")
    page.fill("input[name=password]", step["password"])
    page.click("button[type=submit].primary")
    page.fill("input[name=otp]", code(page.input_value("#secret")))
    page.click("button[type=submit].primary")


def walk(browser, number, step):
    """One person, in a window of their own."""
    size, language = ((PHONE, "en-GB"), (DESK, "zh-CN"))[number % 2]
    name = f"openid-{number}-{step['who']}"
    page = eyes.window(browser, name, size, "light", language, ignore_https_errors=True)
    page.goto(base + step["page"])
    eyes.look(page, f"{name}-door")
    page.click("a.button[href^='/sign-in/openid']")
    assert page.url.startswith(provider), page.url
    at_the_provider(page, step)
    page.wait_for_url(base + "/**")
    assert "code=" not in page.url and "state=" not in page.url, page.url
    if step["meets"] == "unlinked":
        assert page.url == base + "/sign-in?why=unlinked", page.url
        eyes.look(page, f"{name}-unlinked")
        return
    if step["meets"] == "code":
        assert page.url == base + "/sign-in/openid/code", page.url
        eyes.look(page, f"{name}-code")
        page.fill("#code", code(step["own"]))
        page.click("main button[type=submit]")
    page.wait_for_url(base + step["page"])
    eyes.look(page, f"{name}-in")
    cookies = {one["name"]: one for one in page.context.cookies(base)}
    session = cookies["__Host-songda"]
    assert session["secure"] and session["httpOnly"] and session["sameSite"] == "Lax", session
    assert "__Host-songda-openid" not in cookies, "the step is not over"
    page.click("form[action='/sign-out'] button")
    page.wait_for_url(base + "/sign-in")
    page.goto(base + step["page"])
    assert page.url.startswith(base + "/sign-in"), page.url


with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
    for number, step in enumerate(order["steps"]):
        walk(browser, number, step)
    browser.close()

print(json.dumps({"faults": eyes.faults, "pages": eyes.seen}, ensure_ascii=False))
