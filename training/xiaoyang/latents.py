"""Latents of all pictures: the linear half of the codec, fitted once; needs no training."""

import json
from collections import Counter

import numpy as np
import torch

from .pixels import Codec, patches
from .places import CACHE, MODELS

# What is seen how often, by phase: first the things that people ask for most, in the main style; then our own drawings and avatars
# beside them; then one variant of each of our drawings above all; what the decoder sees; or everything.
# Shares of the sets add up to one; the factor of a kind is against the other things of its set; the last number is the share of our
# own drawings that goes to the chosen variants beyond their turn: each drawing has 36, too many to be learnt all.
COMMON = {"symbol": 0.05, "face": 0.15, "body": 0.15, "activity": 0.1, "place": 0.4, "sport": 0.4}
PHASES = {
    "core": (
        {"3d": 0.59, "flat": 0.04, "gradient": 0.04, "toned": 0.02, "recolour": 0.07, "peeps": 0.03, "toon": 0.06, "art": 0.12,
         "styled": 0.03},
        {**COMMON, "person": 0.3},
        0.0,
    ),
    "culture": (
        {"3d": 0.40, "flat": 0.05, "gradient": 0.05, "toned": 0.04, "recolour": 0.05, "peeps": 0.05, "toon": 0.09, "art": 0.20,
         "styled": 0.07},
        {**COMMON, "person": 0.5},
        0.0,
    ),
    "chosen": (
        {"3d": 0.34, "flat": 0.09, "gradient": 0.05, "toned": 0.03, "recolour": 0.05, "peeps": 0.04, "toon": 0.07, "art": 0.27,
         "styled": 0.06},
        {**COMMON, "person": 0.5},
        0.75,
    ),
    "pixels": (  # for the decoder, which is worst at thin lines and small faces
        {"3d": 0.18, "flat": 0.10, "gradient": 0.08, "toned": 0.12, "recolour": 0.04, "peeps": 0.14, "toon": 0.12, "art": 0.14,
         "styled": 0.08},
        {"symbol": 0.5},
        0.3,
    ),
    "all": (
        {"3d": 0.36, "flat": 0.11, "gradient": 0.11, "toned": 0.05, "recolour": 0.09, "peeps": 0.05, "toon": 0.07, "art": 0.10,
         "styled": 0.06},
        {"symbol": 0.3, "face": 0.5, "body": 0.5, "activity": 0.5, "place": 0.7, "sport": 0.8, "person": 0.8},
        0.0,
    ),
}
NATURAL = {"art-seigaiha": "blue"}  # the colour of what is not red where it may be


def chosen_variants(entries):
    """Rows of one variant of each of our own drawings: the first that is red, or else of its commonest colour."""
    of_drawing = {}
    for row, entry in enumerate(entries):
        if entry["set"] == "art":
            of_drawing.setdefault(entry["drawing"], []).append(row)
    chosen = []
    for drawing, rows in of_drawing.items():
        colours = [entries[row]["colour"] for row in rows]
        colour = NATURAL.get(drawing, "red" if "red" in colours else Counter(colours).most_common(1)[0][0])
        chosen.append(rows[colours.index(colour)])
    return chosen


def sampling_weights(entries, phase="all", among_chosen=1.0):
    """Probability of each picture in a training batch, 0 when held out. `among_chosen`: how often each chosen variant is seen
    against the mean of them, in the order of `chosen_variants`."""
    shares, factors, chosen_share = PHASES[phase]
    kinds = {concept["id"]: concept["kind"] for concept in json.loads((MODELS / "concepts.json").read_text())}

    def factor(entry):  # every concept of our own drawings has as many pictures, so that kinds need none
        return 1.0 if entry["set"] == "art" else factors.get(kinds.get(entry.get("id")), 1.0)

    wanted = np.array([0 if entry.get("held_out") else factor(entry) for entry in entries])
    sets = np.array([e["set"] for e in entries])
    if chosen_share and (sets == "art").any():
        chosen = chosen_variants(entries)
        wanted[chosen] += chosen_share / (1 - chosen_share) * wanted[sets == "art"].sum() / len(chosen) * among_chosen
    for name, share in shares.items():
        if (sets == name).any():  # a cache may lack the newest set
            wanted[sets == name] *= share / wanted[sets == name].sum()
    return wanted / wanted.sum()


def pictures():
    return np.load(CACHE / "pictures.npy", mmap_mode="r")


def as_shares(batch):
    """uint8 (n, 128, 128, 4) -> (n, 4, 128, 128) in [0, 1]"""
    return torch.from_numpy(np.ascontiguousarray(batch)).permute(0, 3, 1, 2).float() / 255


def values(batch):
    """uint8 (n, 128, 128, 4) -> (n, 4, 128, 128) in [-1, 1]"""
    return torch.from_numpy(np.ascontiguousarray(batch)).permute(0, 3, 1, 2).float() / 127.5 - 1


def fitted(k=16):
    """The codec with its principal components, from the cache or fitted on 4,000 training pictures."""
    path = CACHE / f"basis-{k}.pt"
    codec = Codec(k)
    if not path.exists():
        entries = json.loads((CACHE / "pictures.json").read_text())
        rows = np.random.default_rng(0).choice(len(entries), 4000, p=sampling_weights(entries))
        sums, squares, count = torch.zeros(256, dtype=torch.float64), torch.zeros(256, 256, dtype=torch.float64), 0
        for part in np.array_split(rows, 40):
            flat = patches(values(pictures()[part])).permute(0, 2, 3, 1).reshape(-1, 256).double()
            sums, squares, count = sums + flat.sum(0), squares + flat.T @ flat, count + len(flat)
        mean = sums / count
        variances, vectors = torch.linalg.eigh(squares / count - mean[:, None] * mean)
        variances, vectors = variances.flip(0)[:k], vectors.flip(1)[:, :k]
        # Between raw and whitened components: small ones stay small, so that the loss weighs them less.
        scale = variances**-0.5 * (variances / variances[0]) ** 0.15
        torch.save({"basis": vectors.float(), "mean": mean.float(), "scale": scale.float()}, path)
    codec.load_state_dict(torch.load(path), strict=False)
    return codec


def all_latents():
    """f16 (n, 16, 16, 16), in the order of pictures.json; made on first use."""
    path = CACHE / "latents.npy"
    if not path.exists():
        codec, source = fitted(), pictures()
        with torch.no_grad():
            parts = [codec.encode(values(source[i : i + 256])).half().numpy() for i in range(0, len(source), 256)]
        np.save(path, np.concatenate(parts))
    return np.load(path)
