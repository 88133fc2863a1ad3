"""Reads a message from standard input with Python's own parser and prints what a mail program would show, as JSON."""
import email
import email.policy
import json
import sys
from email.header import decode_header, make_header
from email.parser import BytesParser
from email.utils import parseaddr

raw = sys.stdin.buffer.read()
message = BytesParser(policy=email.policy.default).parsebytes(raw)
# The new parser of Python 3.11 puts a space between two encoded words of a name, against RFC 2047; the old one does not.
name, address = parseaddr(email.message_from_bytes(raw)["from"])
headers = {field.lower(): str(value) for field, value in message.items()}
parts = []
defects = [repr(d) for d in message.defects]
for part in message.walk():
    defects += [repr(d) for d in part.defects]
    for value in part.values():
        # The ASCII file name beside the true one is meant for programs that know no RFC 2231.
        defects += [repr(d) for d in value.defects if "duplicate parameter name" not in str(d)]
    if part.is_multipart():
        continue
    content = part.get_payload(decode=True)
    parts.append({
        "type": part.get_content_type(),
        "name": part.get_filename() or "",
        "size": str(len(content)),
        "text": content.decode("utf-8") if part.get_content_maintype() == "text" else "",
    })
lines = raw.split(b"\r\n")
print(json.dumps({
    "headers": headers,
    "from": [str(make_header(decode_header(name))), address],
    "parts": parts,
    "defects": defects,
    "longest": max(len(line) for line in lines),
    "stray": sum(line.count(b"\r") + line.count(b"\n") for line in lines),
    "eight_bit": any(byte > 127 for byte in raw),
}))
