"""A receiver of webhooks that checks them with the library of Standard Webhooks; it does not hear the first time."""

import http.server
import json
import sys
import threading
import urllib.request

from standardwebhooks import Webhook, WebhookVerificationError

from checks import PROMPT, labelled, refused

url, key = sys.argv[1:3]


def ask(path, body=None):
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url + path, data, headers)) as answer:
        return json.load(answer)


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        heard.append((dict(self.headers), body))
        self.send_response(500 if len(heard) == 1 else 204)
        self.end_headers()
        if len(heard) == 2:
            threading.Thread(target=receiver.shutdown).start()

    def log_message(self, *_):
        pass


heard = []
receiver = http.server.HTTPServer(("127.0.0.1", 0), Receiver)
job = ask("/api/v1/orders", {"prompt": PROMPT, "webhook": f"http://127.0.0.1:{receiver.server_port}/told?a=b"})
receiver.serve_forever()

webhook = Webhook(ask("/api/v1/me/webhook-key")["key"])
for headers, body in heard:
    told = webhook.verify(body, headers)
    assert told["type"] == "job.done" and told["data"]["id"] == job["id"], told
    assert told["data"]["order"]["prompt"] == PROMPT
first, second = heard
assert first[0]["webhook-id"] == second[0]["webhook-id"], "one notice, told twice"
refused(WebhookVerificationError, lambda: webhook.verify(body + b" ", headers))
with urllib.request.urlopen(told["data"]["pictures"][0]["url"]) as file:
    assert labelled(file.read())
print("standardwebhooks")
