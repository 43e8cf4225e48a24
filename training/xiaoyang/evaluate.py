"""Stage `evaluate`: how well the painter follows held-out captions, by the judge, beside real held-out pictures.

    python -m xiaoyang evaluate [--name RUN] [--count N] [--steps S] [--guidance G]

Prints the loss for 1,024 pictures of the phase `core`, whose noise and times are the same for every run, and R@1 among 100 for
both languages, and writes a sheet of samples. Only captions of things are asked for: avatars of different people may share one caption.
"""

import argparse
import json

import numpy as np
import torch

from .diffusion import GUIDANCE, Captions, draw_sheet, loss_of, sample, times
from .judge import held_out, means, retrieval
from .latents import all_latents, fitted, pictures, sampling_weights
from .model import Config, Painter
from .pixels import Judge
from .places import CACHE


def painter(name):
    model = Painter(Config())
    model.load_state_dict(torch.load(CACHE / "runs" / name / "checkpoint.pt")["average"])
    return model.eval()


def tools():
    """The judge and the codec of the cache."""
    judge, codec = Judge(), fitted()
    judge.load_state_dict(torch.load(CACHE / "judge.pt")["model"])
    codec.load_state_dict(torch.load(CACHE / "codec.pt")["model"])
    return judge, codec


@torch.no_grad()
def fixed_loss(model, entries, count=1024, batch=128):
    """The mean loss for the same pictures, captions, noise and times whatever the model."""
    rng, generator = np.random.default_rng(7), torch.Generator().manual_seed(7)
    latents, captions = all_latents(), Captions()
    losses = []
    for rows in rng.choice(len(entries), (count // batch, batch), p=sampling_weights(entries, "core")):
        x0 = torch.from_numpy(latents[rows]).float()
        told = captions.batch(captions.texts(rows, rng), np.ones(batch, bool))
        losses.append(loss_of(model, x0, torch.randn(x0.shape, generator=generator), times(batch, generator), *told).mean().item())
    return np.mean(losses)


@torch.no_grad()
def main():
    arguments = argparse.ArgumentParser(prog="xiaoyang evaluate")
    arguments.add_argument("--name", default="main")
    arguments.add_argument("--count", type=int, default=100)
    arguments.add_argument("--steps", type=int, default=12)
    arguments.add_argument("--guidance", type=float, default=GUIDANCE)
    options = arguments.parse_args()
    model, (judge, codec) = painter(options.name), tools()
    entries = json.loads((CACHE / "pictures.json").read_text())
    print(f"loss of 1,024 pictures with fixed noise: {fixed_loss(model, entries):.4f}")
    x, *told = held_out(entries, pictures())
    count = min(options.count, len(x)) // 100 * 100
    for language, (states, lengths) in zip(("zh", "en"), told):
        states, lengths = states[:count], lengths[:count]
        said = judge.texts(means(states, lengths))
        drawn = (codec.decode(sample(model, states, lengths, 1, options.steps, options.guidance)).clamp(-1, 1) + 1) / 2
        print(f"{language}: painted R@1 {retrieval(judge.pictures(drawn), said):.3f}, real R@1 {retrieval(judge.pictures(x[:count]), said):.3f}")
    draw_sheet(lambda *texts: sample(model, *texts), CACHE / "runs" / options.name / "evaluate.png")
