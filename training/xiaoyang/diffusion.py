"""Stage `diffusion`: trains the painter by flow matching.

    python -m xiaoyang diffusion [--hours H] [--name RUN] [--phase PHASE] [--rate R] [--weak] [--passing SHARE] [--decay]

Resumes from the newest checkpoint of the run, saves one every five minutes, and writes a sheet of samples beside
it every half hour. A checkpoint that `restore` made has no state of the optimiser: it is warmed up again, and the average
follows the new weights as quickly as at a start. `--decay` lets the learning rate fall linearly to zero over the hours given: run it last.
Set the allocator first, or page faults take most of the time (training/README.md says how).
"""

import argparse
import json
import math
import time

import numpy as np
import torch
from PIL import Image

from .captions import states_of
from .latents import PHASES, all_latents, chosen_variants, fitted, sampling_weights
from .model import Config, Painter
from .places import CACHE
from .precision import products

BATCH = 128
WORDS = 24
GUIDANCE, GUIDED_ABOVE = 4.0, 0.45  # as danqing paints: guidance holds at times above (Kynkäänniemi et al. 2024, arXiv:2404.07724)
DROPPED = 0.1  # share of captions replaced by none, for classifier-free guidance (Ho and Salimans 2022)
SHEET = [
    "熊猫", "一只红苹果", "灯笼", "火箭", "汉堡", "龙", "饺子", "蝴蝶", "紫色的猫", "蓝色汽车", "深肤色、卷发的女孩", "樱花",
    "3D panda", "a red apple", "flat design rocket", "sports car", "a man with glasses and a beard", "puppy", "teapot", "a blue bird",
    "doctor with dark skin", "sunflower", "gradient style fox", "snowman",
]


class Captions:
    """Text states of random captions of pictures."""

    def __init__(self):
        self.of_picture = [np.array(rows) for rows in json.loads((CACHE / "captions.json").read_text())]
        self.states = np.load(CACHE / "states.npy", mmap_mode="r")
        self.lengths = np.load(CACHE / "lengths.npy")
        self.starts = np.concatenate([[0], self.lengths.cumsum()])

    def texts(self, pictures, rng):
        """One random caption of each picture, by number."""
        return np.array([rng.choice(self.of_picture[picture]) for picture in pictures])

    def batch(self, texts, kept):
        """-> states (n, WORDS, width), lengths (n), 0 where `kept` is not true"""
        states = np.zeros((len(texts), WORDS, self.states.shape[1]), np.float32)
        lengths = np.where(kept, self.lengths[texts], 0).astype(np.int64)
        for row, text, length in zip(states, texts, lengths):
            row[:length] = self.states[self.starts[text] : self.starts[text] + length]
        return torch.from_numpy(states), torch.from_numpy(lengths)


def orthogonal(g, steps=5):
    """The nearest half-orthogonal matrices to (n, short, long), by the quintic Newton-Schulz iteration of Muon (Jordan et al. 2024)."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = g.bfloat16()
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(steps):
        gram = x @ x.mT
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.float()


class Optimiser:
    """Muon on the matrices of the blocks, AdamW on everything else."""

    SPLITS = {"qkv": 3, "text_kv": 2, "gate_up": 2}  # several matrices in one weight are made orthogonal apart

    def __init__(self, model):
        named = list(model.named_parameters())
        self.matrices = [(n, p) for n, p in named if n.startswith("blocks.") and p.ndim == 2 and "modulation" not in n]
        taken = {n for n, _ in self.matrices}
        self.momentum = {n: torch.zeros_like(p) for n, p in self.matrices}
        self.adam = torch.optim.AdamW([p for n, p in named if n not in taken], lr=1, betas=(0.9, 0.98), weight_decay=0.0)

    @torch.no_grad()
    def step(self, factor):
        for group in self.adam.param_groups:
            group["lr"] = 2e-3 * factor
        self.adam.step()
        alike = {}  # matrices of one shape, lying flat, are made orthogonal in one batched product
        for name, weight in self.matrices:
            momentum = self.momentum[name].mul_(0.95).add_(weight.grad, alpha=0.05)
            nesterov = weight.grad.lerp(momentum, 0.95)
            parts = self.SPLITS.get(name.split(".")[2], 1)
            for w, g in zip(weight.chunk(parts), nesterov.chunk(parts)):
                tall = w.shape[0] > w.shape[1]
                alike.setdefault((min(w.shape), max(w.shape)), []).append((w.mT if tall else w, g.mT if tall else g, tall))
        for (short, long), group in alike.items():
            updates = orthogonal(torch.stack([g for _, g, _ in group]))
            for (w, _, tall), update in zip(group, updates):
                scale = (long / short) ** 0.5 if tall else 1.0
                w.mul_(1 - 0.02 * 0.01 * factor).add_(update, alpha=-0.02 * factor * scale)

    def state_dict(self):
        return {"momentum": self.momentum, "adam": self.adam.state_dict()}

    def load_state_dict(self, state):
        self.momentum = state["momentum"]
        self.adam.load_state_dict(state["adam"])


def times(n, generator):
    """Logit-normal times (Esser et al. 2024, arXiv:2403.03206), stratified over the batch."""
    u = (torch.arange(n) + torch.rand(n, generator=generator)) / n
    return torch.special.ndtri(u.clamp(1e-4, 1 - 1e-4)).sigmoid()


def loss_of(model, x0, noise, t, states, lengths):
    x = (1 - t[:, None, None, None]) * x0 + t[:, None, None, None] * noise
    with products():
        velocity = model(x, t, states, lengths)
    return (velocity - (noise - x0)).square().mean((1, 2, 3))


@torch.no_grad()
def unlearnt(model, latents, captions, rows):
    """What the model does not make of each picture's captions alone, as a share of the picture, against the mean of all: 0.4 to 2.5.

    Near t = 1 hardly anything of the picture is seen, so that what is lacking there is what the words do not say to the model yet."""
    rng, generator = np.random.default_rng(0), torch.Generator().manual_seed(0)
    x0, losses = torch.from_numpy(latents[rows]).float(), torch.zeros(len(rows))
    for t in (0.75, 0.85, 0.95) * 3:
        states, lengths = captions.batch(captions.texts(rows, rng), np.ones(len(rows), bool))
        losses += t**2 * loss_of(model, x0, torch.randn(x0.shape, generator=generator), torch.full((len(rows),), t), states, lengths)
    shares = losses / (x0 - x0.mean(0)).square().mean((1, 2, 3))
    return (shares / shares.mean()).clamp(0.4, 2.5).numpy()


def guided_velocity(model, x, t, states, lengths, guidance):
    """The model's direction at the time `t` of all of `x`, with guidance as long as that holds.  x: (n, channels, side, side)"""
    times = torch.full((len(x),), t)
    with products():
        if t <= GUIDED_ABOVE or guidance == 1:
            return model(x, times, states, lengths)
        both, none = torch.cat([states, states]), torch.cat([lengths, torch.zeros_like(lengths)])
        told, untold = model(torch.cat([x, x]), times.repeat(2), both, none).chunk(2)
    return untold + guidance * (told - untold)


def path(model, states, lengths, generator, steps, guidance):
    """Euler's method from noise at t = 1 to 0, with guidance: gives the noise, and where each step comes to."""
    c = model.config
    x = torch.randn(len(states), c.latent_channels, c.latent_side, c.latent_side, generator=generator)
    yield x
    for step in range(steps):
        x = x - guided_velocity(model, x, 1 - step / steps, states, lengths, guidance) / steps
        yield x


@torch.no_grad()
def sample(model, states, lengths, seed=0, steps=12, guidance=GUIDANCE):
    """Latents of pictures: (n, channels, side, side)"""
    *_, x = path(model, states, lengths, torch.Generator().manual_seed(seed), steps, guidance)
    return x


def draw_sheet(paint, path, prompts=SHEET, columns=8):
    """`paint`: (states, lengths) -> latents"""
    states, lengths = states_of(prompts)
    codec = fitted()
    trained = CACHE / "codec.pt"
    if trained.exists():
        codec.load_state_dict(torch.load(trained)["model"])
    with torch.no_grad():
        x = codec.decode(paint(states, lengths)).clamp(-1, 1) / 2 + 0.5
    flat = (x[:, :3] + 1 - x[:, 3:]).clamp(0, 1).permute(0, 2, 3, 1)  # on white
    rows = [torch.cat(list(flat[i : i + columns]), 1) for i in range(0, len(flat), columns)]
    Image.fromarray((torch.cat(rows) * 255).byte().numpy()).save(path)


def main():
    arguments = argparse.ArgumentParser(prog="xiaoyang diffusion")
    arguments.add_argument("--hours", type=float, default=20)
    arguments.add_argument("--name", default="main")
    arguments.add_argument("--decay", action="store_true")
    arguments.add_argument("--threads", type=int, default=2)
    arguments.add_argument("--phase", choices=list(PHASES), default="all", help="what is seen how often (latents.py)")
    arguments.add_argument("--rate", type=float, default=1.0, help="share of the full learning rate")
    arguments.add_argument("--weak", action="store_true", help="chosen variants of our own drawings the more often, the less they are known")
    arguments.add_argument("--passing", type=float, default=0.0, help="share of the tokens that passes the middle blocks by (model.py)")
    options = arguments.parse_args()
    torch.set_num_threads(options.threads)
    run = CACHE / "runs" / options.name
    run.mkdir(parents=True, exist_ok=True)

    torch.manual_seed(0)
    model = Painter(Config())
    model.passing = options.passing
    average = {n: p.detach().clone() for n, p in model.named_parameters()}
    optimiser = Optimiser(model)
    step, since, seconds = 0, 0, 0.0  # `since`: steps that the optimiser's state has seen
    newest = run / "checkpoint.pt"
    if newest.exists():
        saved = torch.load(newest)
        model.load_state_dict(saved["model"])
        average = saved["average"]
        step, seconds = saved["step"], saved["seconds"]
        if "optimiser" in saved:
            optimiser.load_state_dict(saved["optimiser"])
            since = saved.get("since", step)
        print(f"diffusion: resumed at step {step}, {seconds / 3600:.2f} h", flush=True)

    entries = json.loads((CACHE / "pictures.json").read_text())
    latents, captions = all_latents(), Captions()
    need = 1.0
    if options.weak:
        chosen = chosen_variants(entries)
        model.eval()
        need = unlearnt(model, latents, captions, chosen)
        model.train()
        ranked = [entries[chosen[place]]["drawing"] for place in np.argsort(-need)]
        print("diffusion: known least:", *ranked[:24], "\ndiffusion: known best:", *ranked[-12:], flush=True)
    probabilities = sampling_weights(entries, options.phase, need)
    generator = torch.Generator().manual_seed(1000 + step)
    rng = np.random.default_rng(1000 + step)
    compiled = torch.compile(model)
    started = last_save = last_sheet = last_rate = time.time()
    losses, already, last_step = [], seconds, step

    def save():
        state = {"model": model.state_dict(), "average": average, "optimiser": optimiser.state_dict(), "step": step,
                 "since": since, "seconds": seconds, "config": model.config.as_text()}
        torch.save(state, run / "checkpoint.new")
        (run / "checkpoint.new").rename(newest)

    while time.time() - started < options.hours * 3600:
        rows = rng.choice(len(entries), BATCH, p=probabilities)
        x0 = torch.from_numpy(latents[rows]).float()
        states, lengths = captions.batch(captions.texts(rows, rng), rng.random(BATCH) >= DROPPED)
        noise, t = torch.randn(x0.shape, generator=generator), times(BATCH, generator)
        loss = loss_of(compiled, x0, noise, t, states, lengths).mean()
        loss.backward()
        warm = options.rate * min(1.0, (since + 1) / 100)
        factor = warm * (max(0.0, 1 - (time.time() - started) / (options.hours * 3600)) if options.decay else 1.0)
        optimiser.step(factor)
        model.zero_grad(set_to_none=False)
        decay = min(0.9995, (1 + since) / (10 + since))
        with torch.no_grad():
            for name, weight in model.named_parameters():
                average[name].lerp_(weight, 1 - decay)
        step, since, seconds = step + 1, since + 1, already + time.time() - started
        losses.append(loss.item())
        if not math.isfinite(losses[-1]):
            raise SystemExit(f"diffusion: loss is {losses[-1]} at step {step}; the last checkpoint is intact")
        if step % 50 == 0:
            rate = BATCH * (step - last_step) / (time.time() - last_rate)
            last_rate, last_step = time.time(), step
            print(f"step {step}  samples {step * BATCH / 1e3:.0f}k  loss {np.mean(losses[-50:]):.4f}  {rate:.0f} img/s  {seconds / 3600:.2f} h", flush=True)
        if time.time() - last_save > 300:
            save()
            last_save = time.time()
        if time.time() - last_sheet > 1500 or step == 300:
            with torch.no_grad():
                mean = Painter(model.config)
                mean.load_state_dict(average)
                draw_sheet(lambda *texts: sample(mean, *texts), run / f"sheet-{step:07d}.png")
            last_sheet = time.time()
    save()


if __name__ == "__main__":
    main()
