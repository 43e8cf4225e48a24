"""Things of the flat set as paper-cuts and in ink wash, so that these styles are learnt of many things.

Both are made from the flat drawing at 512 pixels: where its areas of colour meet, a paper-cut has a cut and an ink drawing
a line.
"""

import json
import zlib

import numpy as np
from PIL import Image, ImageFilter

from .places import CACHE

SIDE, LARGE = 128, 512
KINDS = {"animal", "plant", "food", "building", "fantasy", "nature"}
PAPER = {"red": (211, 38, 43), "black": (46, 42, 52), "blue": (40, 92, 180), "green": (52, 140, 80), "yellow": (236, 178, 40), "purple": (116, 66, 168)}


def spread(mask, radius, largest=True):
    """Dilation of a boolean mask by `radius` pixels, or erosion, by a square."""
    mean = soft(mask, radius, ImageFilter.BoxBlur)
    return mean > 0.002 if largest else mean > 0.998


def soft(values, radius, blur=ImageFilter.GaussianBlur):
    """Blur of an array in [0, 1]."""
    image = Image.fromarray((values * 255).round().astype(np.uint8))
    return np.asarray(image.filter(blur(int(radius))), np.float32) / 255


def seams(raw, threshold=0.14):
    """Where two areas of colour meet, as a boolean mask: the colour 3 pixels away on both sides differs."""
    colour = raw[..., :3].astype(np.float32) / 255
    change = np.zeros(raw.shape[:2], np.float32)
    for axis in (0, 1):
        change = np.maximum(change, np.abs(np.roll(colour, 3, axis) - np.roll(colour, -3, axis)).max(-1))
    return change > threshold


def small(rgb, alpha):
    """Colour in [0, 255] and alpha in [0, 1] at 512 pixels as premultiplied uint8 at 128."""
    rgba = np.concatenate([rgb * alpha[..., None], alpha[..., None] * 255], -1).astype(np.float32)
    return rgba.reshape(SIDE, LARGE // SIDE, SIDE, LARGE // SIDE, 4).mean((1, 3)).round().astype(np.uint8)


def papercut(raw, colour, rng):
    """The silhouette in one paper, cut along the seams that do not lie on its rim; or None where little would be cut."""
    solid = raw[..., 3] > 127
    cuts = spread(seams(raw) & spread(solid, 14, largest=False), rng.choice([2, 3]))
    cuts &= spread(solid, 9, largest=False)
    share = cuts.sum() / max(solid.sum(), 1)
    if not 0.02 < share < 0.35:
        return None
    rgb = np.array(PAPER[colour], np.float32) + rng.uniform(-10, 10, 3)
    return small(np.broadcast_to(rgb.clip(0, 255), (LARGE, LARGE, 3)), solid & ~cuts)


def ink(raw, rng):
    """A wash as dark as the drawing, darker at its rim and seams, with uneven edges."""
    coarse = Image.fromarray(rng.integers(0, 255, (9, 9, 3), np.uint8)).resize((LARGE, LARGE), Image.Resampling.BICUBIC)
    noise = np.asarray(coarse, np.float32) / 255 - 0.5
    y, x = np.mgrid[:LARGE, :LARGE]
    places = (y + 12 * noise[..., 0]).clip(0, LARGE - 1).astype(int), (x + 12 * noise[..., 1]).clip(0, LARGE - 1).astype(int)
    raw = raw[places]
    alpha = raw[..., 3].astype(np.float32) / 255
    light = (raw[..., :3].astype(np.float32) @ np.array([0.3, 0.59, 0.11], np.float32)) / 255 / np.maximum(alpha, 0.05)
    solid = alpha > 0.5
    rim = solid & ~spread(solid, 2, largest=False)
    lines = soft((seams(raw) & solid) | rim, 2)
    deep = soft(alpha * (1 - light.clip(0, 1)), 6)
    pool = soft(solid & ~spread(solid, 14, largest=False), 12)  # ink gathers at the rim
    wash = (1.15 * deep**1.2 + 0.3 * pool * deep) * (1 + 0.5 * noise[..., 2])
    paper = 0.6 * alpha  # light parts stay, as paper seen through a thin wash
    dark = (0.06 + np.maximum(wash, 1.3 * lines)).clip(0, 1)
    shade = 246 - dark[..., None] * np.array([216, 213, 206], np.float32)
    return small(shade, np.maximum(np.maximum(paper, dark * alpha), lines * 0.9).clip(0, 1) * soft(alpha, 1.5).clip(0, 1))


def stylised(add, concepts, held_out, base):
    """Adds both styles of the flat pictures that are trained on."""
    raw = np.memmap(CACHE / "render" / "flat-512.rgba", np.uint8, "r").reshape(-1, LARGE, LARGE, 4)
    for row, meta in enumerate(json.loads((CACHE / "render" / "flat.json").read_text())[: len(raw)]):
        id_ = base(meta["id"])
        if id_ not in concepts or concepts[id_]["kind"] not in KINDS or held_out("flat", meta["id"]):
            continue
        rng = np.random.default_rng(zlib.crc32(id_.encode()))
        known = {"set": "styled", "id": id_, "drawing": "flat", "skin": None}
        for colour in ["red", "red", str(rng.choice(list(PAPER)))]:
            cut = papercut(raw[row], colour, rng)
            if cut is not None:
                add(cut, **known, style="papercut", colour=colour)
        for _ in range(2):
            add(ink(raw[row], rng), **known, style="ink", colour=None)
