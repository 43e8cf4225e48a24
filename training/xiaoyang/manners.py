"""Stage `manners`: how often the rules by which `danqing eval compositions` tells styles apart are right.

    python -m xiaoyang manners [--count N]

`manner` is the twin of the function in crates/danqing/src/cli/eval/look.rs. It looks at pictures of training that went through the
codec, as painted ones do; our own drawings, whose styles are not as pure, are left out.
"""

import argparse
import json

import numpy as np
import torch

from .evaluate import tools
from .latents import all_latents
from .places import CACHE, MODELS

MANNERS = ["ink", "papercut", "flat", "shaded"]
STYLES = {"3d": "shaded", "gradient": "shaded", "flat": "flat", "papercut": "papercut", "ink": "ink"}
UNLIKE = {"symbol", "face", "person", "body", "activity"}  # kinds that the compositions do not ask for


def manner(picture):
    """(4, side, side), premultiplied, in [0, 1] -> one of MANNERS"""
    alpha = picture[3]
    soft = ((alpha > 0.1) & (alpha < 0.9)).sum() / max((alpha > 0.1).sum(), 1)
    if soft > 0.4:
        return "ink"
    colours = (picture[:3] / np.maximum(alpha, 0.05) * 255).clip(0, 255)[:, alpha >= 0.5].T
    near = lambda colour, most: (abs(colours - colour) < most).all(1)
    if soft > 0.08 and near(np.median(colours, 0), 36).mean() > 0.9:
        return "papercut"
    every = len(colours)
    for _ in range(3):
        if len(colours):
            box = (colours // 16).astype(int) @ [256, 16, 1]
            colours = colours[~near(colours[box == np.bincount(box).argmax()].mean(0), 6)]
    return "flat" if 1 - len(colours) / every > 0.46 else "shaded"


@torch.no_grad()
def main():
    arguments = argparse.ArgumentParser(prog="xiaoyang manners")
    arguments.add_argument("--count", type=int, default=300, help="pictures of each style")
    options = arguments.parse_args()
    entries = json.loads((CACHE / "pictures.json").read_text())
    kinds = {concept["id"]: concept["kind"] for concept in json.loads((MODELS / "concepts.json").read_text())}
    latents, (_, codec) = all_latents(), tools()
    rng = np.random.default_rng(0)
    for style, wanted in STYLES.items():
        fits = [row for row, entry in enumerate(entries)
                if style == (entry["style"] if entry["set"] == "styled" else entry["set"]) and kinds.get(entry["id"]) not in UNLIKE]
        rows = rng.permutation(fits)[: options.count]
        seen = []
        for part in np.array_split(rows, 1 + len(rows) // 64):
            decoded = (codec.decode(torch.from_numpy(latents[part]).float()).clamp(-1, 1) + 1) / 2
            seen += [manner(picture) for picture in decoded.numpy()]
        counts = "  ".join(f"{name} {seen.count(name)}" for name in MANNERS)
        print(f"{style:9} right {seen.count(wanted) / len(seen):.0%}   {counts}", flush=True)
