"""Walks through the console in a real Chromium, as the people of a house would.

Reads one JSON object from standard input:
  base      where the console is
  shots     a directory for screenshots
  accounts  {"hr": {"login", "password", "secret"}, "wang": …, "zhao": …, "employee": …, "operator": …}
  recipient the number of the person served

Prints one JSON object: the path of the proof bundle, the faults that were found, and how many pages were looked at.
"""

import json
import sys
import time

from eyes import DESK, PHONE, Eyes
from playwright.sync_api import sync_playwright

order = json.load(sys.stdin)
base = order["base"]
eyes = Eyes(base, order["shots"])
look = eyes.look


def open_as(browser, who, size, scheme="light", language="zh-CN"):
    """Signs somebody in, in a window of their own."""
    page = eyes.window(browser, who, size, scheme, language)
    page.goto(base + "/")
    look(page, f"{who}-1-sign-in-{scheme}-{language}")
    eyes.sign_in(page, order["accounts"][who])
    return page


# The pictures that are always kept.
kept = ("desk-light-zh-CN", "phone-dark-en")


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
        with page.expect_navigation():
            page.click("form[action$='/approve'] button")
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
    path = eyes.shots / download.value.suggested_filename
    download.value.save_as(str(path))
    operator = open_as(browser, "operator", DESK)
    for place in ("/operation", "/operation/sandbox", "/accounts", "/operation/webhooks"):
        eyes.look_all_ways(operator, base + place, f"operator{place.replace('/', '-')}", kept)
    operator.click("main .cards a")
    hook = operator.url
    operator.click("button:has-text('发送试推送'), button:has-text('Send a trial message')")
    operator.goto(hook)
    eyes.look_all_ways(operator, hook, "operator-webhook", kept)
    operator.click("main tbody a")
    eyes.look_all_ways(operator, operator.url.split("?")[0], "operator-webhook-message", kept)
    # By keyboard alone: the first stop is the way to the content.
    hr.goto(base + "/")
    hr.keyboard.press("Tab")
    assert hr.evaluate("document.activeElement.className") == "skip", "the first stop is not the skip link"
    browser.close()

print(json.dumps({"bundle": str(path), "faults": eyes.faults, "pages": eyes.seen}, ensure_ascii=False))
