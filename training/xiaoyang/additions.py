"""Stage `additions`: gives a cache that was made before them our own drawings and styles, without moving a row of it.

    python -m xiaoyang additions          # makes them in the folder `additions` of the cache
    python -m xiaoyang additions --merge  # appends them to the files of the cache; stop the training first

Text states are standardised with the statistics of the cache and latents made with its codec, so that a painter trained
on the old files goes on with the new ones. Files are written beside the old ones and renamed at the end.
"""

import argparse
import json
import os
import random
import subprocess

import numpy as np
import torch

from .captions import COUNTS, Things
from .data import npm_modules, ours
from .latents import fitted, values
from .places import CACHE, MODELS, TRAINING
from .text import Encoder

FOLDER = CACHE / "additions"


def pictures():
    """The drawings (n, 128, 128, 4) and what is known of them; their latents come along."""
    subprocess.run(["node", "--expose-gc", TRAINING / "xiaoyang/render.mjs", npm_modules(), CACHE / "render", "art"], check=True)
    entries, pixels = [], []

    def add(picture, **known):
        entries.append(known)
        pixels.append(picture)

    ours(add, {entry["id"]: entry for entry in json.loads((MODELS / "concepts.json").read_text())})
    codec = fitted()
    with torch.no_grad():
        latents = [codec.encode(values(np.stack(pixels[i : i + 256]))).half().numpy() for i in range(0, len(pixels), 256)]
    np.save(FOLDER / "pictures.npy", np.stack(pixels))
    np.save(FOLDER / "latents.npy", np.concatenate(latents))
    (FOLDER / "pictures.json").write_text(json.dumps(entries, ensure_ascii=False))
    return entries


def captions(entries):
    """Captions of the drawings as rows of their own list of texts, and the states of those."""
    things = Things(json.loads((MODELS / "concepts.json").read_text()), random.Random(11))
    rows, chosen = {}, []
    for entry in entries:
        mine = {things.caption(entry, language) for language in ("zh", "en") for _ in range(COUNTS[entry["set"]])}
        chosen.append([rows.setdefault(text, len(rows)) for text in sorted(mine)])
    (FOLDER / "texts.json").write_text(json.dumps(list(rows), ensure_ascii=False))
    (FOLDER / "captions.json").write_text(json.dumps(chosen))
    return list(rows)


def states(texts):
    known = np.load(CACHE / "statistics.npz")
    mean, std = torch.from_numpy(known["mean"]), torch.from_numpy(known["std"])
    encoder = Encoder.load(dtype=torch.bfloat16)
    parts, all_lengths = [], []
    for start in range(0, len(texts), 4096):
        part, lengths = encoder.encode(texts[start : start + 4096])
        part = (part - mean) / std
        parts += [part[i, :n].to(torch.float16).numpy() for i, n in enumerate(lengths.tolist())]
        all_lengths += lengths.tolist()
        print(f"additions: {start + len(lengths)} of {len(texts)} captions", flush=True)
    np.save(FOLDER / "states.npy", np.concatenate(parts))
    np.save(FOLDER / "lengths.npy", np.array(all_lengths, np.int32))


def merge():
    if any(entry["set"] == "art" for entry in read(CACHE, "pictures")):
        return print("additions: already merged")
    offset = len(read(CACHE, "texts"))
    shifted = [[row + offset for row in rows] for rows in read(FOLDER, "captions")]
    for name, more in (("texts", read(FOLDER, "texts")), ("captions", shifted), ("pictures", read(FOLDER, "pictures"))):
        (CACHE / f"{name}.json.new").write_text(json.dumps(read(CACHE, name) + more, ensure_ascii=False))
    arrays = ("pictures", "latents", "states", "lengths")
    for name in arrays:
        append(name)
    for name in [*(f"{name}.npy" for name in arrays), "texts.json", "captions.json", "pictures.json"]:
        os.replace(CACHE / f"{name}.new", CACHE / name)
    print("additions: merged", len(shifted), "pictures")


def read(folder, name):
    return json.loads((folder / f"{name}.json").read_text())


def append(name):
    """Writes CACHE/NAME.npy with the rows of the addition behind its own, part by part."""
    old, more = (np.load(folder / f"{name}.npy", mmap_mode="r") for folder in (CACHE, FOLDER))
    shape = (len(old) + len(more), *old.shape[1:])
    new = np.lib.format.open_memmap(CACHE / f"{name}.npy.new", "w+", old.dtype, shape)
    for start in range(0, len(old), 65536):
        new[start : min(start + 65536, len(old))] = old[start : start + 65536]
    new[len(old) :] = more
    new.flush()


def main():
    arguments = argparse.ArgumentParser(prog="xiaoyang additions")
    arguments.add_argument("--merge", action="store_true")
    if arguments.parse_args().merge:
        return merge()
    FOLDER.mkdir(exist_ok=True)
    texts = captions(pictures())
    print(len(texts), "captions;", *random.Random(1).sample(texts, 40), sep="\n  ")
    states(texts)
