"""Follows the README through the demo organisation in a real Chromium, and looks at every page that somebody is offered.

Reads one JSON object from standard input:
  base      where the console is
  shots     a directory for screenshots
  accounts  what the demo printed: {login: {"login", "password", "secret"}}
  employee  the number of the employee who is dismissed

Prints one JSON object: the path of the proof bundle, the faults that were found, and how many pages were looked at.
"""

import json
import sys
import time

from eyes import DESK, PHONE, Eyes
from playwright.sync_api import sync_playwright

order = json.load(sys.stdin)
eyes = Eyes(order["base"], order["shots"])
base, accounts = order["base"], order["accounts"]
# Looked at already, and the same whoever looks; the pages of the foot are among them.
once = set()
shared = {"/templates", "/own-data", "/risk-rules"}
# Pages behind a form or a link inside a page.
behind = {
    "limin": [
        "/batches/new", "/batches/clients?leaver=E-1004&successor=E-1005", "/risk-rules", "/attendance/E-1005",
        f"/performance/{order['employee']}", f"/pay/{order['employee']}",
    ],
    "zhaogang": ["/training/client-data"],
}


def dismissal(page):
    """HR writes it with the examples that stand beside the fields, and says why the open finding is accepted."""
    page.goto(f"{base}/issue/dismissal?person={order['employee']}")
    today = page.evaluate("new Date(Date.now() + 8 * 3600e3).toISOString().slice(0, 10)")
    later = page.evaluate("new Date(Date.now() + (8 + 24 * 10) * 3600e3).toISOString().slice(0, 10)")
    values = {
        "position": "销售经理", "contractStart": "2022-03-01", "ground": "36", "proposedBy": "employee",
        "agreementDate": today, "finalDate": later, "handoverDate": later,
    }
    for field, value in values.items():
        box = page.locator(f"[id='f.{field}']")
        if box.evaluate("e => e.tagName") == "SELECT":
            box.select_option(value)
        else:
            box.fill(value)
    page.click("main form button[type=submit]")
    page.wait_for_selector("iframe.document")
    for box in page.locator("input[name^='override.']").all():
        box.fill("未签署送达地址确认书，同时安排 EMS 邮寄")
    for choice in page.locator("select[name^='confirm.']").all():
        choice.select_option(label="王芳")
    page.locator("main form").first.locator("button[type=submit]").click()
    page.wait_for_url("**/notices/*")
    return page.url


def places(page, who):
    """Every page that the navigation offers, the first thing on each list, what lies behind, and once what is shared."""
    found = page.eval_on_selector_all("header nav a", "all => all.map(a => a.getAttribute('href'))")
    foot = page.eval_on_selector_all("footer nav a", "all => all.map(a => a.getAttribute('href'))")
    found = [href for href in found + behind.get(who, []) + foot if href not in once]
    once.update(foot, shared.intersection(found))
    for href in list(found):
        page.goto(base + href)
        first = page.locator("main table a, main ul.cards a").first
        if first.count():
            target = first.get_attribute("href")
            if target.startswith("/") and target not in found:
                found.append(target)
    return found


with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
    windows = {}
    for who, account in accounts.items():
        windows[who] = eyes.window(browser, who, DESK)
        eyes.sign_in(windows[who], account)

    notice = dismissal(windows["limin"])
    for who in ("wangfang", "zhaogang"):
        page = windows[who]
        page.goto(notice)
        with page.expect_navigation():
            page.click("form[action$='/approve'] button")
    employee = windows["lilei"]
    for _ in range(120):
        employee.goto(base + "/inbox")
        if employee.locator(".unread a").count():
            break
        time.sleep(0.5)
    # What kind of notice it is stands in the notice alone: the list may be seen over a shoulder.
    employee.locator(".unread a").first.click()
    employee.click("main form button")
    employee.wait_for_selector("iframe.document")
    # By keyboard, once the document is there: a click while its frame still comes in may be lost to the frame.
    employee.wait_for_load_state("networkidle")
    employee.locator("button[value=acknowledge]").press("Enter")
    employee.wait_for_selector("main .done")

    legal = windows["chenjing"]
    legal.goto(f"{base}/search?q={order['employee']}")
    assert "5/5" in legal.content() or "4/5" in legal.content(), "the receipt is not found"
    with legal.expect_download() as download:
        legal.locator("form[action$='/proof'] button").first.click()
    path = eyes.shots / download.value.suggested_filename
    download.value.save_as(str(path))

    with legal.expect_download() as download:
        legal.locator("form[action$='/proof-report.pdf'] button[value=en]").first.click()
    report = eyes.shots / download.value.suggested_filename
    download.value.save_as(str(report))
    assert report.read_bytes().startswith(b"%PDF") and report.name.endswith("-report.en.pdf"), report.name

    # Whoever has no account drops the bundle, and asks whether the notice is real.
    stranger = eyes.window(browser, "stranger", PHONE)
    stranger.goto(base + "/verify")
    stranger.set_input_files("#bundle", str(path))
    stranger.click("main form button")
    stranger.wait_for_selector(".done")
    eyes.look(stranger, "stranger-verified")
    stranger.goto(base + "/check?q=" + path.stem.removeprefix("REHEARSAL-"))
    assert stranger.locator("#h-found").count() == 1, "the notice is not known"
    eyes.look(stranger, "stranger-checked")

    looks = [("light", "zh-CN", DESK), ("dark", "en", PHONE)]
    for who, page in windows.items():
        for href in places(page, who):
            for scheme, language, size in looks:
                page.emulate_media(color_scheme=scheme)
                page.set_viewport_size(size)
                page.goto(f"{base}{href}{'&' if '?' in href else '?'}lang={language}")
                if href.startswith(("/performance/", "/pay/")):
                    # The forms are folded up; they are looked at too.
                    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
                name = href.strip("/").replace("/", "-").replace("?", "-")[:40] or "home"
                eyes.look(page, f"{who}-{name}-{scheme}-{language}")
    browser.close()

print(json.dumps({"bundle": str(path), "faults": eyes.faults, "pages": eyes.seen}, ensure_ascii=False))
