"""Follows the README through the demo organisation in a real Chromium, and looks at every page that somebody is offered.

Each page is looked at in both languages, in light and in dark, at a desk and on a telephone. Two pictures of each are kept,
and of all ways where SONGDA_SCREENSHOTS is "all", which takes three times as long.

Reads one JSON object from standard input:
  base      where the console is
  shots     a directory for screenshots
  accounts  what the demo printed: {login: {"login", "password", "secret"}}
  employee  the number of the employee who is dismissed

Prints one JSON object: the path of the proof bundle, the faults that were found, and how many looks were taken.
"""

import json
import pathlib
import re
import sys
import time

from eyes import DESK, PHONE, Eyes
from playwright.sync_api import sync_playwright

order = json.load(sys.stdin)
eyes = Eyes(order["base"], order["shots"])
base, accounts = order["base"], order["accounts"]
# Every page that has an address; that the list is whole is tested where the addresses are known.
PAGES = json.loads(pathlib.Path(__file__).with_name("pages.json").read_text())["tour"]
met = set()
# Looked at already, and the same whoever looks; the pages of the foot are among them.
once = set()
shared = {"/templates", "/templates/{kind}", "/own-data", "/risk-rules", "/help/{topic}"}
# Pages behind a form.
behind = {
    "limin": [
        "/batches/new", "/batches/clients?leaver=E-1004&successor=E-1005", "/risk-rules", "/attendance/E-1005",
        f"/performance/{order['employee']}", "/performance?unit=sales&percent=70", f"/pay/{order['employee']}",
        "/people/E-1001",
    ],
    "chenjing": [f"/search?q={order['employee']}", "/search?q=K-101"],
    "zhaogang": ["/training/client-data"],
    "zhoukai": ["/operation/sandbox"],
}


def pattern(href):
    """The address of the list that a link belongs to; the most literal one."""
    parts = href.split("?")[0].strip("/").split("/")
    fitting = [
        one for one in PAGES
        if len(places := one.strip("/").split("/")) == len(parts)
        and all(place.startswith("{") or place == part for place, part in zip(places, parts))
    ]
    return min(fitting, key=lambda one: one.count("{"), default=None)


# The pictures that are always kept.
kept = ("desk-light-zh-CN", "phone-dark-en")


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


class Course:
    """The employee's course, which only the time of the server finishes: it runs beside everything else."""

    def __init__(self, page, policy):
        self.page, self.address = page, f"{base}/training/{policy}"
        page.goto(self.address)
        self.press("form[action$='/course'] button")
        self.last = time.monotonic()

    def press(self, button):
        """By keyboard, once the policy is there in its frame: it may swallow a click while it comes in."""
        self.page.wait_for_load_state("networkidle")
        with self.page.expect_navigation():
            self.page.locator(button).press("Enter")

    def go_on(self):
        """Reports where the player is now; at least every thirty seconds, or what was watched meanwhile does not count."""
        passed = int(time.monotonic() - self.last)
        if passed < 20 or not self.page.goto(self.address) or not self.page.locator("#position").count():
            return
        # The form knows how far the server has counted; the course has a minute.
        seen = int(self.page.input_value("#position"))
        self.page.fill("#position", str(min(seen + min(passed, 30), 60)))
        self.press("form[action$='/heartbeats'] button")
        self.last = time.monotonic()

    def exam(self):
        """Watches to the end, and sits the exam."""
        while self.page.goto(self.address) and self.page.locator("#position").count():
            time.sleep(1)
            self.go_on()
        self.press("form[action$='/exams'] button")
        address = self.page.url
        see(self.page, address.removeprefix(base), "lilei")
        self.page.goto(address)
        self.page.locator("main input[type=radio]").first.check()
        self.page.click("main form button")
        eyes.look_all_ways(self.page, address, "lilei-exam-passed", kept)


def see(page, href, who):
    """Looks at one page in every way."""
    name = re.sub(r"[^-.A-Za-z0-9=]+", "-", href.strip("/"))[:40] or "home"
    eyes.look_all_ways(page, base + href, f"{who}-{name}", kept)
    met.update([pattern(href), pattern(page.url.removeprefix(base))])


def tour(page, who, course):
    """Every page that the navigation offers, what lies behind, and one of each kind that these lead to."""
    page.goto(base + "/")
    found = page.eval_on_selector_all("header nav a, footer nav a", "all => all.map(a => a.getAttribute('href'))")
    found += behind.get(who, [])
    own = {pattern(href) for href in found}
    for href in found:
        if href in once or (pattern(href) in shared and pattern(href) in met):
            continue
        see(page, href, who)
        course.go_on()
        for further in page.eval_on_selector_all("main a[href^='/']", "all => all.map(a => a.getAttribute('href'))"):
            if (kind := pattern(further)) and kind not in own:
                own.add(kind)
                found.append(further)
    once.update(page.eval_on_selector_all("footer nav a", "all => all.map(a => a.getAttribute('href'))"))


with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
    windows = {}
    for who, account in accounts.items():
        windows[who] = eyes.window(browser, who, DESK)
        eyes.sign_in(windows[who], account)
    course = Course(windows["lilei"].context.new_page(), "client-data")

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

    see(stranger, "/sign-in", "stranger")
    for who, page in windows.items():
        tour(page, who, course)
    # A client gets to the page behind a link by a mail, which lies in the sandbox; links that were used up lead nowhere.
    windows["zhoukai"].goto(base + "/operation/sandbox")
    for link in dict.fromkeys(re.findall(re.escape(base) + r"(/n/[\w-]+)", windows["zhoukai"].content())):
        if stranger.request.get(base + link).ok:
            see(stranger, link, "stranger")
            break
    course.exam()
    browser.close()

eyes.faults += [f"nobody came to {one}" for one in PAGES if one not in met]
print(json.dumps({"bundle": str(path), "faults": eyes.faults, "pages": eyes.seen}, ensure_ascii=False))
