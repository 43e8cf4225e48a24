"""Times the gallery of a studio with a million pictures.

    cargo build --release
    python3 bench/gallery.py [--rows 1000000] [--danqing target/release/danqing]

Starts a studio in a folder of its own, has it paint one picture, closes it, copies that picture's row (under other
numbers, prompts and times) in its SQLite database, opens the studio again and asks for pages one after the other. The rows
share one file; what is measured is the database and the page, over HTTP on this machine.
"""

import argparse
import json
import os
import re
import sqlite3
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request
import uuid

THINGS = "猫 狗 灯笼 月亮 西瓜 山 荷花 鲤鱼 茶壶 扇子 风筝 熊猫 饺子 月饼 龙 凤凰 竹子 梅花 船 桥".split()
COLOURS = "红 黄 蓝 绿 白 黑 粉 紫 金 青".split()
LAYOUTS = ["一只{}{}", "三个{}{}", "{}{}无缝图案", "挂在树下的{}{}"]
RARE = 997  # one prompt in so many has a rare word


def prompt(number):
    words = LAYOUTS[number % 4].format(COLOURS[number // 4 % 10], THINGS[number // 40 % 20])
    return words + (" 琉璃瓦" if number % RARE == 0 else "")


def words(text):
    """Pairs of neighbouring Chinese characters, as the store indexes them."""
    runs = text.split(" ")
    return {run[place : place + 2] for run in runs for place in range(len(run) - 1)}


def fill(database, rows):
    base = sqlite3.connect(database)
    base.execute("PRAGMA synchronous = OFF")
    columns = [row[1] for row in base.execute("PRAGMA table_info(pictures)")]
    first = dict(zip(columns, base.execute("SELECT * FROM pictures").fetchone()))
    start = first["created_ms"] - rows * 60_000
    indexed = {}

    def copies():
        for number in range(rows):
            text = prompt(number)
            indexed.setdefault(text, words(text))
            yield tuple(
                {
                    **first,
                    "seq": first["seq"] + 1 + number,
                    "id": str(uuid.UUID(int=(7 << 76) | (2 << 62) | number + 1)),
                    "job": None,
                    "place": 0,
                    "prompt": text,
                    "folded": text,
                    "vector": None,
                    "favourite": int(number % 50 == 0),
                    "created_ms": start + number * 60_000,
                }[name]
                for name in columns
            )

    marks = ", ".join("?" * len(columns))
    base.executemany(f"INSERT INTO pictures ({', '.join(columns)}) VALUES ({marks})", copies())
    pairs = sorted((word, first["seq"] + 1 + number) for number in range(rows) for word in indexed[prompt(number)])
    base.executemany("INSERT INTO picture_words (word, seq) VALUES (?, ?)", pairs)
    base.execute("UPDATE people SET pictures = pictures + ?", (rows,))
    base.commit()
    base.execute("ANALYZE")
    base.commit()
    base.close()


class Studio:
    def __init__(self, danqing, folder):
        environment = {**os.environ, "XDG_DATA_HOME": folder, "XDG_CONFIG_HOME": folder, "DANQING_LOG": "warn"}
        command = [danqing, "serve", "--json", "--listen", "127.0.0.1:0"]
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        self.url = json.loads(self.process.stdout.readline())["url"]

    def get(self, path):
        with urllib.request.urlopen(self.url + path) as reply:
            return reply.read()

    def close(self):
        self.process.terminate()
        self.process.wait()


def paint_one(studio):
    form = urllib.parse.urlencode({"prompt": "一只猫", "size": "128"}).encode()
    urllib.request.urlopen(studio.url + "/orders", form).close()
    while b"danqing_pictures_total 1" not in studio.get("/metrics"):
        time.sleep(0.1)


def measured(studio, path, times):
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        page = studio.get(path)
        taken.append((time.perf_counter() - start) * 1000)
    taken.sort()
    shown = len(set(re.findall(rb"/pictures/([0-9a-f-]{36}|[0-9A-Za-z]+)", page)))
    return taken[len(taken) // 2], taken[-1], shown


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--danqing", default="target/release/danqing")
    parser.add_argument("--times", type=int, default=20)
    wish = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        studio = Studio(wish.danqing, folder)
        paint_one(studio)
        studio.close()
        start = time.perf_counter()
        fill(os.path.join(folder, "danqing", "studio", "danqing.db"), wish.rows)
        print(f"{wish.rows} rows written in {time.perf_counter() - start:.0f} s")
        studio = Studio(wish.danqing, folder)
        asked = {
            "newest": "",
            "a common word (灯笼)": "q=灯笼",
            "a common and a rare word": "q=灯笼 琉璃瓦",
            "a rare word (琉璃瓦)": "q=琉璃瓦",
            "three words": "q=红灯笼 无缝图案",
            "no such word": "q=拖拉机",
            "favourites": "shelf=favourites",
        }
        for name, query in asked.items():
            query = urllib.parse.urlencode(dict(urllib.parse.parse_qsl(query)))
            median, longest, shown = measured(studio, "/gallery?" + query, wish.times)
            print(f"{name}: median {median:.1f} ms, longest {longest:.1f} ms, {shown} pictures on the page")
        studio.close()


if __name__ == "__main__":
    main()
