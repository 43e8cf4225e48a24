"""Stage `judge`: the small image-text model that scores pictures against words. Trained on real pictures only.

    python -m xiaoyang judge [--minutes M]

Contrastive learning (Radford et al. 2021, arXiv:2103.00020) over the same pictures and captions as the painter,
held-out ones left out; the painter never sees its score.
"""

import argparse
import json
import time

import numpy as np
import torch
from torch.nn import functional as F

from .captions import states_of
from .diffusion import Captions
from .latents import pictures, sampling_weights
from .pixels import Judge
from .places import CACHE, MODELS

BATCH = 192


def shown(batch, rng):
    """Premultiplied pictures in [0, 1], shifted a little: (n, 4, 128, 128)."""
    x = torch.from_numpy(np.ascontiguousarray(batch)).permute(0, 3, 1, 2).float() / 255
    return torch.roll(x, tuple(int(v) for v in rng.integers(-4, 5, 2)), (2, 3))


def means(states, lengths):
    known = torch.arange(states.shape[1]) < lengths[:, None]
    return (states * known[..., None]).sum(1) / lengths.clamp(min=1)[:, None]


def retrieval(pictures, texts, among=100):
    """Share of pictures whose own text is the nearest of `among` texts, over consecutive groups."""
    hits = [(pictures[i : i + among] @ texts[i : i + among].T).argmax(1) == torch.arange(among)
            for i in range(0, len(pictures) - among + 1, among)]
    return float(torch.cat(hits).float().mean())


def held_out(entries, source):
    """The real held-out pictures of things with the text states and lengths of one caption a language: x, zh, en.

    Avatars are left out: different people may share one caption."""
    rows = [i for i, e in enumerate(entries) if e.get("held_out")]
    captions = json.loads((MODELS / "heldout.json").read_text())
    things = [place for place, row in enumerate(rows) if entries[row]["set"] in ("flat", "gradient")]
    x = torch.from_numpy(np.stack([source[rows[place]] for place in things])).permute(0, 3, 1, 2).float() / 255
    return x, *(states_of([captions[place][language] for place in things]) for language in ("zh", "en"))


def main():
    arguments = argparse.ArgumentParser(prog="xiaoyang judge")
    arguments.add_argument("--minutes", type=float, default=15)
    options = arguments.parse_args()
    entries, captions, source = json.loads((CACHE / "pictures.json").read_text()), Captions(), pictures()
    probabilities, rng = sampling_weights(entries), np.random.default_rng(1)
    model = Judge().to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.05)
    started, step = time.time(), 0
    while (part := (time.time() - started) / (options.minutes * 60)) < 1:
        for group in optimiser.param_groups:
            group["lr"] = 1.5e-3 * (0.5 + 0.5 * np.cos(np.pi * part)) * min(1, (step + 1) / 100) + 1e-6
        rows = np.sort(rng.choice(len(entries), BATCH, p=probabilities))
        states, lengths = captions.batch(rows, rng)
        with torch.autocast("cpu", torch.bfloat16):
            seen, said = model.pictures(shown(source[rows], rng)), model.texts(means(states, lengths))
        scores = seen.float() @ said.float().T * model.temperature.exp().clamp(max=50)
        target = torch.arange(BATCH)
        loss = (F.cross_entropy(scores, target) + F.cross_entropy(scores.T, target)) / 2
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        step += 1
        if step % 50 == 0:
            print(f"judge step {step}  loss {loss.item():.3f}  {(time.time() - started) / 60:.1f} min", flush=True)
    torch.save({"model": model.state_dict(), "step": step, "minutes": options.minutes}, CACHE / "judge.pt")
    with torch.no_grad():
        x, *told = held_out(entries, source)
        zh, en = (means(*pair) for pair in told)
        seen = model.pictures(x)
        print(f"judge: real held-out pictures, R@1 among 100: zh {retrieval(seen, model.texts(zh)):.3f}, en {retrieval(seen, model.texts(en)):.3f}")
