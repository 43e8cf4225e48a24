"""Stage `memorise`: how near the painter's pictures come to pictures that it was trained on.

    python -m xiaoyang memorise [--name RUN] [--count N] [--steps S] [--guidance G] [--threads T]

Paints N captions of training pictures, drawn as training draws them, and finds for each picture the nearest training
picture twice: by pixels (root mean square over premultiplied RGBA in [0, 1]) and by the judge (cosine). Beside each stand
the same figures for real held-out pictures, which cannot be copies: what is as near as they are is merely the same kind of
drawing. A near copy is a picture nearer by pixels than COPY; a picture that went through the codec and back is 0.034 away
from itself. Prints one JSON object and writes a sheet of the nearest pairs, memorise.png, into the run.
"""

import argparse
import json

import numpy as np
import torch
from PIL import Image

from .captions import states_of
from .diffusion import GUIDANCE, Captions, sample
from .evaluate import painter, tools
from .latents import as_shares, pictures, sampling_weights
from .places import CACHE

COPY = 0.08  # root mean square difference; chosen by looking at pairs: below it they are one drawing
SHOWN = 16


class Gallery:
    """All training pictures, small enough to compare whole: 32 px for a first choice, the pixels themselves for the last."""

    def __init__(self, judge):
        entries = json.loads((CACHE / "pictures.json").read_text())
        self.rows = np.array([row for row, e in enumerate(entries) if not e.get("held_out")])
        self.source = pictures()
        small, vectors = [], []
        for part in np.array_split(self.rows, len(self.rows) // 256 + 1):
            x = as_shares(self.source[part])
            small.append(torch.nn.functional.avg_pool2d(x, 4).flatten(1))
            vectors.append(judge.pictures(x))
        self.small, self.vectors = torch.cat(small), torch.cat(vectors)

    def nearest(self, x, judge, candidates=48):
        """For each of x (n, 4, 128, 128): the row and distance of the nearest by pixels, and the cosine of the nearest by the judge."""
        rough = torch.cdist(torch.nn.functional.avg_pool2d(x, 4).flatten(1), self.small)
        rows, distances = [], []
        for picture, near in zip(x, rough.topk(candidates, largest=False).indices):
            there = self.rows[near.numpy()]
            apart = (as_shares(self.source[np.sort(there)]) - picture).square().mean((1, 2, 3)).sqrt()
            best = int(apart.argmin())
            rows.append(int(np.sort(there)[best]))
            distances.append(float(apart[best]))
        cosines = (judge.pictures(x) @ self.vectors.T).amax(1)
        return np.array(rows), np.array(distances), cosines.numpy()


def drawn(options, codec):
    """Painted pictures (n, 4, 128, 128) in [0, 1] of random captions, those of training."""
    entries = json.loads((CACHE / "pictures.json").read_text())
    rng = np.random.default_rng(5)
    rows = rng.choice(len(entries), options.count, p=sampling_weights(entries))
    captions, texts = Captions(), json.loads((CACHE / "texts.json").read_text())
    asked = [texts[rng.choice(captions.of_picture[row])] for row in rows]
    model, parts = painter(options.name), []
    for start in range(0, options.count, 50):
        states, lengths = states_of(asked[start : start + 50])
        latents = sample(model, states, lengths, start, options.steps, options.guidance)
        parts.append((codec.decode(latents).clamp(-1, 1) + 1) / 2)
        print(f"memorise: {start + len(lengths)} of {options.count} painted", flush=True)
    return torch.cat(parts)


def figures(distances, cosines):
    percent = lambda values: [round(float(v), 4) for v in np.percentile(values, [1, 10, 50, 90])]
    return {"pictures": len(distances), "near_copies": int((distances < COPY).sum()),
            "pixel_percentiles_1_10_50_90": percent(distances), "cosine_percentiles_1_10_50_90": percent(cosines)}


def on_white(x):
    return ((x[:3] + 1 - x[3:]).clamp(0, 1).permute(1, 2, 0) * 255).byte().numpy()


@torch.no_grad()
def main():
    arguments = argparse.ArgumentParser(prog="xiaoyang memorise")
    arguments.add_argument("--name", default="main")
    arguments.add_argument("--count", type=int, default=1000)
    arguments.add_argument("--steps", type=int, default=12)
    arguments.add_argument("--guidance", type=float, default=GUIDANCE)
    arguments.add_argument("--threads", type=int, default=2)
    options = arguments.parse_args()
    torch.set_num_threads(options.threads)
    judge, codec = tools()
    gallery, x = Gallery(judge), drawn(options, codec)
    rows, distances, cosines = gallery.nearest(x, judge)
    entries = json.loads((CACHE / "pictures.json").read_text())
    real = as_shares(gallery.source[[row for row, e in enumerate(entries) if e.get("held_out")]])
    _, real_distances, real_cosines = gallery.nearest(real, judge)
    print(json.dumps({"copy_below": COPY, "painted": figures(distances, cosines), "real_held_out": figures(real_distances, real_cosines)}))
    # Pairs, painted above its nearest, from the nearest of all to the median.
    order = distances.argsort()[np.linspace(0, len(distances) // 2, SHOWN).astype(int)]
    columns = [np.concatenate([on_white(x[i]), on_white(as_shares(gallery.source[rows[i]][None])[0])]) for i in order]
    Image.fromarray(np.concatenate(columns, 1)).save(CACHE / "runs" / options.name / "memorise.png")
    print("memorise: distances of the pairs shown:", [round(float(distances[i]), 3) for i in order])
