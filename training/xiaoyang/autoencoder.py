"""Stage `autoencoder`: the convolutional decoder of the codec and the x4 upscaler.

    python -m xiaoyang autoencoder [--minutes M] [--part codec|upscaler] [--painted RUN]

With `--painted` half of the latents that the decoder learns from went the last part of the way through the painter of that run, so that
the decoder knows how that errs. Both resume from the cache. The encoder is linear and fixed (latents.py), so the painter can train before this.
"""

import argparse
import json
import time

import numpy as np
import torch
from torch.nn import functional as F

from .diffusion import Captions, guided_velocity
from .evaluate import painter
from .latents import all_latents, as_shares, fitted, pictures, sampling_weights, values
from .pixels import Upscaler
from .places import CACHE
from .precision import products


def edges(x, y):
    """Mean difference of the gradients at three scales: keeps outlines where they belong."""
    total = 0
    for scale in (1, 2, 4):
        a, b = (F.avg_pool2d(v, scale) if scale > 1 else v for v in (x, y))
        total = total + (a.diff(dim=-1) - b.diff(dim=-1)).abs().mean() + (a.diff(dim=-2) - b.diff(dim=-2)).abs().mean()
    return total


def distance(x, y):
    """L1, some L2, and edges; on the picture, and on it above white."""
    above = lambda v: v[:, :3] - v[:, 3:]
    return (x - y).abs().mean() + 0.5 * (x - y).square().mean() + 0.7 * edges(x, y) + 0.3 * (above(x) - above(y)).abs().mean()


def sharpness(x, y):
    """For the upscaler, mostly L2: the L1 of gradients has a minimum at no change, which it would never leave."""
    return 10 * (x - y).square().mean() + 0.3 * (x - y).abs().mean()


@torch.no_grad()
def psnr(x, y, span):
    return float(-10 * torch.log10((x - y).square().mean() / span**2))


def train(model, name, batch_of, forward, criterion, minutes, threads):
    """Runs AdamW with cosine decay over the minutes given, from the cached state of `name` if there is one."""
    torch.set_num_threads(threads)
    path = CACHE / f"{name}.pt"
    step, seconds = 0, 0.0
    if path.exists():
        saved = torch.load(path)
        model.load_state_dict(saved["model"])
        step, seconds = saved["step"], saved["seconds"]
    model = model.to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0)
    started, losses = time.time(), []
    rng = np.random.default_rng(step)
    while (part := (time.time() - started) / (minutes * 60)) < 1:
        for group in optimiser.param_groups:
            group["lr"] = (1.5e-3 if step < 3000 else 1e-3) * (0.5 + 0.5 * np.cos(np.pi * part)) * min(1, (len(losses) + 1) / 50) + 1e-6
        optimiser.zero_grad()
        with products():
            output, target = forward(model, *batch_of(rng))
        loss = criterion(output.float(), target)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        step += 1
        losses.append(loss.item())
        if step % 100 == 0:
            print(f"{name} step {step}  loss {np.mean(losses[-100:]):.4f}  {(seconds + time.time() - started) / 60:.1f} min", flush=True)
        if step % 500 == 0 or len(losses) == 20:
            torch.save({"model": model.state_dict(), "step": step, "seconds": seconds + time.time() - started}, path)
    torch.save({"model": model.state_dict(), "step": step, "seconds": seconds + time.time() - started}, path)
    return model


def decoder_batch(rng, codec, probabilities, source, painted, n=24):
    """Pictures and their latents with a little noise, as the painter's are never exact; half of them `painted`, if there are any."""
    rows = rng.choice(len(probabilities), n, p=probabilities)
    if painted:
        again = rng.integers(len(painted[0]), size=n // 2)
        rows[: n // 2] = painted[0][again]
    x = values(source[rows])
    with torch.no_grad():
        z = codec.encode(x)
        z = z + torch.randn_like(z) * (torch.rand(n, 1, 1, 1) * 0.12)
        if painted:
            z[: n // 2] = painted[1][again]
    return z, x


@torch.no_grad()
def painted(run, probabilities, count=4096, together=64):
    """Rows of pictures, and their latents after the painter of `run` has taken the last of the way to them: from noised ones at a t
    of 0.15 to 0.4, where guidance holds no more, in 3 steps."""
    model, captions, latents = painter(run), Captions(), all_latents()
    rng, generator = np.random.default_rng(5), torch.Generator().manual_seed(5)
    rows, found = rng.choice(len(probabilities), count, p=probabilities), []
    for part in rows.reshape(-1, together):
        states, lengths = captions.batch(captions.texts(part, rng), np.ones(together, bool))
        x, start = torch.from_numpy(latents[part]).float(), rng.uniform(0.15, 0.4)
        x = x + start * (torch.randn(x.shape, generator=generator) - x)
        for step in range(3):
            x = x - guided_velocity(model, x, start * (1 - step / 3), states, lengths, 1) * start / 3
        found.append(x)
    return rows, torch.cat(found)


def train_codec(minutes, threads, run):
    torch.set_num_threads(threads)
    entries, source = json.loads((CACHE / "pictures.json").read_text()), pictures()
    probabilities, codec = sampling_weights(entries, "pixels"), fitted()
    pairs = painted(run, probabilities) if run else None
    codec = train(codec, "codec", lambda rng: decoder_batch(rng, codec, probabilities, source, pairs),
                  lambda model, z, x: (model.decode(z), x), distance, minutes, threads)
    rows = [i for i, e in enumerate(entries) if e.get("held_out")][:256]
    x = values(source[rows])
    with torch.no_grad():
        z = codec.encode(x)
        print(f"codec: held-out pictures {psnr(codec.decode(z), x, 2):.2f} dB, linear alone {psnr(codec.linear(z), x, 2):.2f} dB")
        if pairs:
            print(f"codec: painted ones {psnr(codec.decode(pairs[1][:256]), values(source[pairs[0][:256]]), 2):.2f} dB")


LARGE = 512


def vector_sources():
    """The 512 px renders, as (memory map, number of pictures) of each set, and the share of each."""
    sets = []
    shares = {"flat": 0.5, "peeps": 0.15, "toon": 0.15, "art": 0.2}
    paths = {name: CACHE / "render" / f"{name}-512.rgba" for name in shares}
    there = [name for name in shares if paths[name].exists()]  # a cache may lack the newest set
    for name, path in ((name, paths[name]) for name in there):
        share = shares[name] / sum(shares[each] for each in there)
        sets.append((np.memmap(path, np.uint8, "r").reshape(-1, LARGE, LARGE, 4), share))
    return sets


def upscaler_batch(rng, sets, codec, n=8, side=64):
    """Crops of vector renders at 4x, and what the upscaler will see of them: half as decoded latents, half exact."""
    small, large = [], []
    source = sets[rng.choice(len(sets), p=[share for _, share in sets])][0]
    rows = rng.integers(0, len(source), n)
    whole = as_shares(source[rows])
    shrunk = F.avg_pool2d(whole, 4)  # (n, 4, 128, 128)
    with torch.no_grad():
        z = codec.encode(shrunk * 2 - 1)
        decoded = (codec.decode(z + torch.randn_like(z) * torch.rand(n, 1, 1, 1) * 0.1).clamp(-1, 1) + 1) / 2
    for i in range(n):
        y, x = rng.integers(0, 128 - side, 2)
        from_ = decoded if rng.random() < 0.6 else shrunk
        small.append(from_[i, :, y : y + side, x : x + side])
        large.append(whole[i, :, 4 * y : 4 * (y + side), 4 * x : 4 * (x + side)])
    return torch.stack(small), torch.stack(large)


def train_upscaler(minutes, threads):
    sets, codec = vector_sources(), fitted()
    codec.load_state_dict(torch.load(CACHE / "codec.pt")["model"])
    codec = codec.eval()
    model = train(Upscaler(), "upscaler", lambda rng: upscaler_batch(rng, sets, codec),
                  lambda model, x, y: (model(x), y), sharpness, minutes, threads)
    with torch.no_grad():
        x, y = upscaler_batch(np.random.default_rng(99), sets, codec, n=64)
        bicubic = F.interpolate(x, scale_factor=4, mode="bicubic").clamp(0, 1)
        print(f"upscaler: {psnr(model(x).clamp(0, 1), y, 1):.2f} dB, bicubic {psnr(bicubic, y, 1):.2f} dB")


def main():
    arguments = argparse.ArgumentParser(prog="xiaoyang autoencoder")
    arguments.add_argument("--minutes", type=float, default=30)
    arguments.add_argument("--part", choices=["codec", "upscaler"])
    arguments.add_argument("--painted", metavar="RUN", help="a run of `diffusion` whose painter the decoder gets used to")
    arguments.add_argument("--threads", type=int, default=2)
    options = arguments.parse_args()
    if options.part != "upscaler":
        train_codec(options.minutes, options.threads, options.painted)
    if options.part != "codec":
        train_upscaler(options.minutes, options.threads)
