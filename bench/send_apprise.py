"""The baseline of P1c: notices by Apprise to a mail server on loopback, from several threads.

Arguments: port, how many, threads, file with the words (Markdown). Prints the seconds from the first to the last.
"""
import logging
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import apprise

port, count, threads = (int(argument) for argument in sys.argv[1:4])
with open(sys.argv[4], encoding="utf-8") as file:
    words = file.read()
logging.disable(logging.CRITICAL)


def send(index):
    """One notice to one person; true if the server has taken it."""
    one = apprise.Apprise()
    address = f"client{index}@example.com"
    if not one.add(f"mailto://127.0.0.1:{port}?mode=insecure&from=hr@songda.example&to={address}&format=html"):
        return False
    return one.notify(
        body=words, title="上海示例科技有限公司：对接人变更通知", body_format=apprise.NotifyFormat.MARKDOWN)


start = time.monotonic()
with ThreadPoolExecutor(threads) as pool:
    taken = sum(1 for ok in pool.map(send, range(count)) if ok)
seconds = time.monotonic() - start
if taken != count:
    sys.exit(f"{taken} of {count} were taken")
print(seconds)
