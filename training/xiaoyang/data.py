"""Stage `data`: pictures of all sources as one array, with what is known of each.

Installs the npm packages by name, renders the vector sources and our own drawings (render.mjs), reads the 3D
pictures, makes the recoloured ones, and writes to the cache:

    pictures.npy    uint8 (n, 128, 128, 4), premultiplied RGBA
    pictures.json   one entry a picture: set, id, colour, skin, held_out, and what a set knows besides
    models/xiaoyang/heldout.json   captions of the held-out pictures, fixed before training starts
"""

import hashlib
import json
import shutil
import subprocess

import numpy as np
from PIL import Image

from .places import CACHE, MODELS, TRAINING
from .stylised import stylised

SIDE = 128
TONES = {"1f3fb": 1, "1f3fc": 2, "1f3fd": 3, "1f3fe": 4, "1f3ff": 5}  # Fitzpatrick modifiers, light to dark

# name: hue in degrees, factor of saturation, power of value (less than 1 brightens), or None for "no hue"
RECOLOUR = {
    "red": (2, 1.1, 1.0), "orange": (28, 1.1, 0.9), "yellow": (50, 1.0, 0.7), "green": (125, 0.9, 1.0),
    "blue": (215, 1.0, 1.0), "purple": (275, 0.9, 1.0), "pink": (338, 0.6, 0.6),
    "white": (None, 0.06, 0.25), "black": (None, 0.15, 3.0),
}


def npm_modules():
    folder = CACHE / "npm"
    if not (folder / "node_modules" / "@lobehub").exists():
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(TRAINING / "package.json", folder)
        subprocess.run(["npm", "install", "--no-audit", "--no-fund"], cwd=folder, check=True)
    return folder / "node_modules"


def base(points):
    """Code points of a picture without skin tones and variation selectors: the id of its concept."""
    return "-".join(p for p in points.split("-") if p not in TONES and p != "fe0f")


def solid(path):
    """A 3D picture of 256 px as premultiplied 128 px."""
    rgba = np.asarray(Image.open(path).convert("RGBA").resize((256, 256), Image.Resampling.LANCZOS), np.float32)
    rgba[..., :3] *= rgba[..., 3:] / 255
    return rgba.reshape(SIDE, 2, SIDE, 2, 4).mean((1, 3)).round().astype(np.uint8)


def hsv(rgb):
    """(..., 3) in [0, 1] -> hue in degrees, saturation, value"""
    high, low = rgb.max(-1), rgb.min(-1)
    span = np.maximum(high - low, 1e-6)
    r, g, b = np.moveaxis(rgb, -1, 0)
    hue = np.where(high == r, (g - b) / span % 6, np.where(high == g, (b - r) / span + 2, (r - g) / span + 4)) * 60
    return hue, (high - low) / np.maximum(high, 1e-6), high


def rgb_of(hue, saturation, value):
    k = (np.array([5.0, 3.0, 1.0]) + hue[..., None] / 60) % 6
    return value[..., None] * (1 - saturation[..., None] * np.clip(np.minimum(k, 4 - k), 0, 1))


def colour_name(hue, saturation, value):
    """The English colour word of HSV triples, as an array of names; browns and skins count as brown."""
    hues = np.select([hue < 14, hue < 40, hue < 66, hue < 165, hue < 255, hue < 300, hue < 345],
                     ["red", "orange", "yellow", "green", "blue", "purple", "pink"], "red")
    hues = np.where((hues == "orange") & (value < 0.68), "brown", hues)
    hues = np.where((hues == "red") & (saturation < 0.5) & (value > 0.8), "pink", hues)
    grey = np.select([value > 0.82, value > 0.32], ["white", "gray"], "black")
    return np.where((saturation < 0.18) | (value < 0.16), grey, hues)


def dominant(pixels):
    """The colour word that covers more than 55 % of a picture, or None, and its mean hue."""
    alpha = pixels[..., 3].astype(np.float32) / 255
    rgb = pixels[..., :3] / 255 / np.maximum(alpha[..., None], 1e-3)
    seen = alpha > 0.5
    if seen.sum() < 200:
        return None, 0.0
    hue, saturation, value = hsv(rgb[seen].clip(0, 1))
    names = colour_name(hue, saturation, value)
    words, counts = np.unique(names, return_counts=True)
    best = counts.argmax()
    if counts[best] < 0.55 * seen.sum():
        return None, 0.0
    angle = np.deg2rad(hue[names == words[best]])
    return str(words[best]), float(np.rad2deg(np.arctan2(np.sin(angle).mean(), np.cos(angle).mean())) % 360)


def recoloured(pixels, hue_from, target):
    """The picture with its dominant hue (and near ones) turned into the colour `target`."""
    to, saturate, power = RECOLOUR[target]
    alpha = pixels[..., 3:].astype(np.float32) / 255
    rgb = (pixels[..., :3] / 255 / np.maximum(alpha, 1e-3)).clip(0, 1)
    hue, saturation, value = hsv(rgb)
    distance = np.abs((hue - hue_from + 180) % 360 - 180)
    share = np.clip((60 - distance) / 20, 0, 1) * np.clip(saturation / 0.15, 0, 1)
    turned = rgb_of(hue if to is None else (to + (hue - hue_from + 180) % 360 - 180) % 360,
                    np.clip(saturation * saturate, 0, 1), value**power)
    mixed = rgb + share[..., None] * (turned - rgb)
    return np.concatenate([(mixed * alpha * 255).round().clip(0, 255), pixels[..., 3:]], -1).astype(np.uint8)


def hold_out(set_name, key):
    """True for a fixed share of the flat, gradient and avatar pictures; the 3D ones all train."""
    share = {"flat": 0.06, "gradient": 0.06, "peeps": 0.04, "toon": 0.04}.get(set_name, 0)
    return int(hashlib.sha256(f"{set_name}/{key}".encode()).hexdigest()[:8], 16) / 2**32 < share


def collect():
    modules = npm_modules()
    subprocess.run(["node", "--expose-gc", TRAINING / "xiaoyang/render.mjs", modules, CACHE / "render"], check=True)
    concepts = {entry["id"]: entry for entry in json.loads((MODELS / "concepts.json").read_text())}
    entries, pixels = [], []

    def add(picture, **known):
        entries.append(known)
        pixels.append(picture)

    for path in sorted((modules / "@lobehub/fluent-emoji-3d/assets").glob("*.webp")):
        id_, tones = base(path.stem), [TONES[p] for p in path.stem.split("-") if p in TONES]
        if id_ in concepts and len(tones) < 2:
            picture = solid(path)
            colour, hue = dominant(picture)
            add(picture, set="toned" if tones else "3d", id=id_, skin=tones[0] if tones else None, colour=colour, hue=hue)
    print("data: tones exchanged by their looks:", order_tones(entries, pixels))
    for name in ("flat", "gradient", "peeps", "toon"):
        metas = json.loads((CACHE / "render" / f"{name}.json").read_text())
        raw = np.memmap(CACHE / "render" / f"{name}-128.rgba", np.uint8, "r").reshape(-1, SIDE, SIDE, 4)
        for row, meta in enumerate(metas):
            if name in ("flat", "gradient"):
                if base(meta["id"]) not in concepts:
                    continue
                colour, hue = dominant(raw[row])
                add(raw[row], set=name, id=base(meta["id"]), skin=None, colour=colour, hue=hue, held_out=hold_out(name, meta["id"]))
            else:
                add(raw[row], set=name, held_out=hold_out(name, row), **meta)
    recolour(entries, add, pixels, concepts)
    ours(add, concepts)  # last, so that a cache made before these were drawn has the same rows first
    return entries, np.stack(pixels)


def order_tones(entries, pixels):
    """Exchanges medium-light and medium where the one called lighter is darker; gives of how many things.

    The 3D package has the two the wrong way round in its file names of nearly all things."""
    rows = {(e["id"], e["skin"]): row for row, e in enumerate(entries) if e["set"] == "toned"}
    pairs = [(row, rows[id_, 3]) for (id_, tone), row in rows.items() if tone == 2 and (id_, 3) in rows]
    wrong = [(a, b) for a, b in pairs if pixels[a][..., :3].mean() < pixels[b][..., :3].mean()]
    for a, b in wrong:
        entries[a]["skin"], entries[b]["skin"] = entries[b]["skin"], entries[a]["skin"]
    return len(wrong)


def ours(add, concepts):
    """Our own drawings, then things of the flat set in our own styles."""
    drawn(add)
    stylised(add, concepts, hold_out, base)


def drawn(add):
    """Adds the pictures that are our own (training/art); a variant's colour is known where it was chosen by name."""
    raw = np.memmap(CACHE / "render" / "art-128.rgba", np.uint8, "r").reshape(-1, SIDE, SIDE, 4)
    for row, meta in enumerate(json.loads((CACHE / "render" / "art.json").read_text())):
        add(raw[row], set="art", skin=None, **{"colour": None, **meta})


def recolour(entries, add, pixels, concepts):
    """Adds colour variants of the things (not faces or people) whose one colour can be exchanged."""
    kinds = {"person", "face", "body", "activity", "symbol", "sky", "place"}
    for row in range(len(entries)):
        known = entries[row]
        able = known.get("colour") in {"red", "orange", "yellow", "green", "blue", "purple", "pink", "brown"}
        if known["set"] not in ("3d", "flat") or not able or concepts[known["id"]]["kind"] in kinds or known.get("held_out"):
            continue
        for target in RECOLOUR:
            if target != known["colour"]:
                add(recoloured(pixels[row], known["hue"], target), set="recolour", of=known["set"], id=known["id"],
                    skin=None, colour=target)


def main():
    if (CACHE / "pictures.json").exists():
        return print("data: already there")
    entries, pixels = collect()
    np.save(CACHE / "pictures.npy", pixels)
    (CACHE / "pictures.json").write_text(json.dumps(entries, ensure_ascii=False))
    for name in sorted({entry["set"] for entry in entries}):
        print(name, sum(e["set"] == name for e in entries), "held out", sum(e["set"] == name and bool(e.get("held_out")) for e in entries))
