"""Pictures a second for one person who paints live, over the real HTTP path.

    python3 bench/live.py target/release/danqing [--seconds 10] [--threads 2]

Starts a studio of its own, then asks for one frame after the other on one connection, as the page does: every frame has one
more letter of a prompt, or a step of a slider. Prints pictures a second with the median and the 95th percentile of the time
from the request to the last byte, for each kind of change, and what of it the studio says painting took.
"""

import argparse
import http.client
import json
import os
import statistics
import subprocess
import tempfile
import time
import urllib.parse

PROMPTS = {
    "Chinese, one subject": "戴帽子的狐狸",
    "English, one subject": "a blue bird in a hat",
    "three subjects": "三只红灯笼",
}


def typed(prompt):
    """The form of each frame while `prompt` is typed, over and over."""
    while True:
        for length in range(1, len(prompt) + 1):
            yield {"prompt": prompt[:length], "seed": "7"}


def travelled(prompt):
    while True:
        for step in range(1, 100):
            yield {"prompt": prompt, "seed": "7", "travel": f"99:{step / 100}"}


def blended(prompt):
    while True:
        for step in range(1, 20):
            yield {"prompt": prompt, "seed": "7", "style": "3d", "blend": f"flat:{step / 20}"}


def measure(connection, forms, seconds):
    """Time and size of each frame, and the time that painting took; in milliseconds and bytes."""
    times, paintings, sizes = [], [], []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        body = urllib.parse.urlencode(next(forms))
        start = time.monotonic()
        connection.request("POST", "/live", body, {"content-type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        picture = answer.read()
        if answer.status == 400:  # a word that is not one yet, such as "a"
            continue
        assert answer.status == 200, (answer.status, picture)
        times.append((time.monotonic() - start) * 1000)
        sizes.append(len(picture))
        paintings.append(float(answer.getheader("server-timing").split("dur=")[1]))
    return times, paintings, sizes


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("danqing")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "XDG_CONFIG_HOME": f"{folder}/config", "XDG_DATA_HOME": f"{folder}/data"}
        command = [arguments.danqing, "serve", "--json", "--listen", "127.0.0.1:0", "--threads", str(arguments.threads)]
        server = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
        try:
            host = urllib.parse.urlparse(json.loads(server.stdout.readline())["url"]).netloc
            connection = http.client.HTTPConnection(host)
            measure(connection, typed("一只猫"), 1)  # warms up
            kinds = {f"typing, {name}": typed(prompt) for name, prompt in PROMPTS.items()}
            kinds["seed travel, one subject"] = travelled("戴帽子的狐狸")
            kinds["two styles, one subject"] = blended("戴帽子的狐狸")
            print(f"{arguments.threads} threads, {arguments.seconds:g} s each")
            print(f"{'':28}{'pictures/s':>11}{'median ms':>11}{'p95 ms':>9}{'painting ms':>13}{'KB':>6}")
            for name, forms in kinds.items():
                times, paintings, sizes = measure(connection, forms, arguments.seconds)
                late = statistics.quantiles(times, n=20)[-1]
                rate = 1000 / statistics.fmean(times)
                median, painting = statistics.median(times), statistics.median(paintings)
                size = statistics.fmean(sizes) / 1000
                print(f"{name:28}{rate:>11.1f}{median:>11.1f}{late:>9.1f}{painting:>13.1f}{size:>6.0f}")
        finally:
            server.terminate()
            server.wait()


main()
