"""Walks through the console in a real Chromium, as the people of a house would.

Reads one JSON object from standard input:
  base      where the console is
  shots     a directory for screenshots
  accounts  {"hr": {"login", "password", "secret"}, "wang": …, "zhao": …, "employee": …}
  recipient the number of the person served

Prints one JSON object: the number of the notice, the faults that were found, and how many pages were looked at. A fault is
whatever a person would stumble over: a serious finding of axe, a violation of the content security policy, an error on the
console of the browser, a page wider than a phone.
"""

import base64
import hashlib
import hmac
import json
import pathlib
import struct
import sys
import time

import axe_core_python
from playwright.sync_api import sync_playwright

order = json.load(sys.stdin)
base = order["base"]
shots = pathlib.Path(order["shots"])
axe = (pathlib.Path(axe_core_python.__file__).parent / "axe.min.js").read_text()
faults, seen = [], 0
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


def look(page, name):
    """Looks at the page as it stands: a picture, axe, and whether it fits the window."""
    global seen
    seen += 1
    page.screenshot(path=str(shots / f"{name}.png"), full_page=True)
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    for one in found["violations"]:
        if one["impact"] in ("serious", "critical"):
            where = "; ".join(node["html"][:160] for node in one["nodes"][:3])
            faults.append(f"{name}: axe {one['id']}: {where}")
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"):
        faults.append(f"{name}: the page is wider than the window")


def open_as(browser, who, size, scheme="light", language="zh-CN"):
    """Signs somebody in, in a window of their own."""
    context = browser.new_context(viewport=size, color_scheme=scheme, locale=language, accept_downloads=True)
    page = context.new_page()

    def hear(message):
        # That a form with mistakes is answered with 422 is what was asked for.
        if message.type == "error" and "status of 422" not in message.text:
            faults.append(f"{who}: the browser says: {message.text[:300]}")

    page.on("console", hear)
    page.on("pageerror", lambda error: faults.append(f"{who}: {error}"))
    account = order["accounts"][who]
    page.goto(base + "/")
    assert page.url.startswith(base + "/sign-in"), page.url
    look(page, f"{who}-1-sign-in-{scheme}-{language}")
    page.fill("#login", account["login"])
    page.fill("#password", account["password"])
    if account.get("secret"):
        page.fill("#code", code(account["secret"]))
    page.click("main button[type=submit]")
    page.wait_for_url(base + "/")
    return page


def issue(page):
    """HR writes a dismissal, sees it, says why the open finding is accepted, and issues it."""
    look(page, "hr-2-home")
    page.goto(base + "/issue")
    look(page, "hr-3-kinds")
    page.goto(base + "/issue/dismissal")
    look(page, "hr-4-form")
    # First a mistake: it is said at its place, and what was typed is still there.
    page.fill("#recipients", order["recipient"])
    page.fill("[id='f.position']", "<script>alert(1)</script>销售经理")
    page.click("main form button[type=submit]")
    look(page, "hr-5-mistakes")
    assert page.locator("[aria-invalid=true]").count() > 0, "no field is marked"
    assert page.input_value("#recipients") == order["recipient"]
    page.fill("[id='f.position']", "销售经理")
    for field, value in order["fields"].items():
        box = page.locator(f"[id='f.{field}']")
        if box.evaluate("e => e.tagName") == "SELECT":
            box.select_option(value)
        else:
            box.fill(value)
    page.click("main form button[type=submit]")
    page.wait_for_selector("iframe.document")
    look(page, "hr-6-preview")
    for box in page.locator("input[name^='override.']").all():
        box.fill("未签署送达地址确认书，同时安排 EMS 邮寄")
    for choice in page.locator("select[name^='confirm.']").all():
        choice.select_option(label=order["accounts"]["wang"]["name"])
    page.locator("main form").first.locator("button[type=submit]").click()
    page.wait_for_url("**/notices/*")
    look(page, "hr-7-notice")
    return page.url


with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
    hr = open_as(browser, "hr", DESK)
    notice = issue(hr)
    for who, language, scheme in (("wang", "en-GB", "dark"), ("zhao", "zh-CN", "light")):
        page = open_as(browser, who, DESK, scheme, language)
        page.goto(notice)
        look(page, f"{who}-2-notice")
        page.click("form[action$='/approve'] button")
        page.wait_for_load_state()
        assert page.locator("form[action$='/approve']").count() == 0, "the approval did not count"

    employee = open_as(browser, "employee", PHONE)
    for _ in range(120):
        employee.goto(base + "/inbox")
        if employee.locator(".unread a").count():
            break
        time.sleep(0.5)
    look(employee, "employee-2-inbox")
    employee.click(".unread a")
    look(employee, "employee-3-cover")
    employee.click("main form button")
    employee.wait_for_selector("iframe.document")
    look(employee, "employee-4-open")
    employee.click("button[value=acknowledge]")
    employee.wait_for_selector(".done")
    look(employee, "employee-5-acknowledged")

    hr.goto(base + "/notices?lang=en")
    look(hr, "hr-8-list")
    hr.goto(notice)
    assert "5/5" in hr.content() or "4/5" in hr.content(), "the receipt is not seen"
    look(hr, "hr-9-notice-en")
    with hr.expect_download() as download:
        hr.click("form[action$='/proof'] button")
    path = shots / download.value.suggested_filename
    download.value.save_as(str(path))
    # By keyboard alone: the first stop is the way to the content.
    hr.goto(base + "/")
    hr.keyboard.press("Tab")
    assert hr.evaluate("document.activeElement.className") == "skip", "the first stop is not the skip link"
    browser.close()

print(json.dumps({"bundle": str(path), "faults": faults, "pages": seen}, ensure_ascii=False))
