"""Counts implicit labels in picture files, by plain search over all bytes, and prints the count and the first label.

It shares nothing with the crate's readers: no container is parsed, entities are undone by the standard library.
"""

import html
import json
import re
import sys

FIELDS = ["Label", "ContentProducer", "ProduceID", "ReservedCode1", "ContentPropagator", "PropagateID", "ReservedCode2"]

for path in sys.argv[1:]:
    with open(path, "rb") as file:
        data = file.read()
    # Every way to begin the object: plain, with entities, in UTF-16 of both orders.
    begins = [b'"Label"', b"&quot;Label&quot;", '"Label"'.encode("utf-16-le"), '"Label"'.encode("utf-16-be")]
    count = sum(data.count(begin) for begin in begins)
    element = re.search(rb"<TC260:AIGC>(.*?)</TC260:AIGC>", data, re.S)
    label = html.unescape(element.group(1).decode()) if element else ""
    fields = json.loads(label)
    assert list(fields) == FIELDS, fields
    assert all(isinstance(value, str) for value in fields.values()), fields
    assert all(0x21 <= ord(c) <= 0x7E for value in fields.values() for c in value), fields
    print(count, label)
