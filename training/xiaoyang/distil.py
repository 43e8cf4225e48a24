"""Stage `distil`: teaches a copy of the painter to take in a few steps the way that guidance takes it in many.

    python -m xiaoyang distil [--hours H] [--teacher RUN] [--name RUN] [--paths N] [--phase PHASE] [--added TEACHER PUPIL]

The teacher walks whole paths from noise to picture, guided, and its places at t = 1, 3/4, 1/2, 1/4 and 0 are kept. The
pupil is told where it is and how far to go, one, two or four quarters, and learns the mean velocity of that stretch: a step of
Euler's method then takes it to its end. Progressive distillation (Salimans and Ho 2022, arXiv:2202.00512) of a guided
model (Meng et al. 2023, arXiv:2210.03142), in one hop, with the length of the step as an input (Frans et al. 2024,
arXiv:2410.12557). The learning rate falls to zero over the hours given; resumes from the newest checkpoint.
`--added` starts from the teacher and what an earlier distillation added to its own one: a teacher that was trained on changed little
of what the pupil has to know besides.
"""

import argparse
import json
import math
import time

import numpy as np
import torch

from .diffusion import GUIDANCE, Captions, Optimiser, draw_sheet, path
from .evaluate import painter
from .latents import PHASES, sampling_weights
from .model import Config, Painter
from .places import CACHE
from .precision import products

BATCH = 128
TOGETHER = 32  # paths walked in one batch
REUSE = 24  # stretches taught for each path walked, as long as there are too few paths
QUARTERS = 4
STEPS = 3  # of the teacher, a quarter
STRETCHES = [(4, 1), (3, 1), (2, 1), (1, 1), (4, 2), (2, 2), (4, 4)]  # from, how far, in quarters
SHARES = [0.24, 0.16, 0.16, 0.14, 0.10, 0.06, 0.14]  # how often each is taught


@torch.no_grad()
def walk(model, states, lengths, generator):
    """Places of guided paths at each quarter: (n, QUARTERS + 1, channels, side, side), noise first.

    By Euler's method; the midpoint method with as many evaluations is told apart worse by the judge."""
    return torch.stack(list(path(model, states, lengths, generator, QUARTERS * STEPS, GUIDANCE))[::STEPS], 1)


@torch.no_grad()
def sample(model, states, lengths, seed=0, steps=QUARTERS):
    """The pupil's pictures after 1, 2 or 4 steps."""
    c = model.config
    x = torch.randn(len(states), c.latent_channels, c.latent_side, c.latent_side, generator=torch.Generator().manual_seed(seed))
    with products():
        for step in range(steps):
            t, span = torch.full((len(x),), 1 - step / steps), torch.full((len(x),), 1 / steps)
            x = x - model(x, t, states, lengths, span) / steps
    return x


class Paths:
    """Paths walked by the teacher, in a file that outlives the process."""

    def __init__(self, folder, most, shape):
        self.texts_file, places = folder / "paths.json", folder / "paths.npy"
        if self.texts_file.exists():
            self.texts, self.places = json.loads(self.texts_file.read_text()), np.lib.format.open_memmap(places, "r+")
        else:
            self.texts, self.places = [], np.lib.format.open_memmap(places, "w+", np.float16, (most, *shape))

    def add(self, places, texts):
        self.places[len(self.texts) : len(self.texts) + len(texts)] = places.half().numpy()
        self.texts += texts.tolist()
        self.places.flush()
        self.texts_file.write_text(json.dumps(self.texts))

    def batch(self, rng):
        """-> text numbers, starts (n, ...), ends (n, ...), times (n), spans (n)"""
        rows = np.sort(rng.integers(len(self.texts), size=BATCH))
        start, far = np.array(STRETCHES)[rng.choice(len(STRETCHES), BATCH, p=SHARES)].T
        place = QUARTERS - start
        x, end = (torch.from_numpy(self.places[rows, p].astype(np.float32)) for p in (place, place + far))
        return np.array(self.texts)[rows], x, end, torch.from_numpy(start / QUARTERS).float(), torch.from_numpy(far / QUARTERS).float()


def main():
    arguments = argparse.ArgumentParser(prog="xiaoyang distil")
    arguments.add_argument("--hours", type=float, default=2)
    arguments.add_argument("--teacher", default="main")
    arguments.add_argument("--name", default="quick")
    arguments.add_argument("--paths", type=int, default=8_000)
    arguments.add_argument("--phase", choices=list(PHASES), default="all", help="what paths are walked for how often (latents.py)")
    arguments.add_argument("--rate", type=float, default=0.5, help="share of the full learning rate")
    arguments.add_argument("--threads", type=int, default=2)
    arguments.add_argument("--added", nargs=2, metavar=("TEACHER", "PUPIL"), help="runs of an earlier distillation")
    options = arguments.parse_args()
    torch.set_num_threads(options.threads)
    run = CACHE / "runs" / options.name
    run.mkdir(parents=True, exist_ok=True)

    torch.manual_seed(0)
    teacher = painter(options.teacher)
    c = Config(span_features=256)
    model = Painter(c)
    model.load_state_dict(teacher.state_dict(), strict=False)
    if options.added:
        before, after = (torch.load(CACHE / "runs" / name / "checkpoint.pt")["average"] for name in options.added)
        with torch.no_grad():
            for name, weight in model.named_parameters():
                weight.copy_(weight + after[name] - before[name] if name in before else after[name])
    average = {n: p.detach().clone() for n, p in model.named_parameters()}
    optimiser = Optimiser(model)
    step, seconds = 0, 0.0
    newest = run / "checkpoint.pt"
    if newest.exists():
        saved = torch.load(newest)
        model.load_state_dict(saved["model"])
        optimiser.load_state_dict(saved["optimiser"])
        average, step, seconds = saved["average"], saved["step"], saved["seconds"]
        print(f"distil: resumed at step {step}, {seconds / 3600:.2f} h", flush=True)

    entries = json.loads((CACHE / "pictures.json").read_text())
    probabilities = sampling_weights(entries, options.phase)
    captions = Captions()
    paths = Paths(run, options.paths, (QUARTERS + 1, c.latent_channels, c.latent_side, c.latent_side))
    generator = torch.Generator().manual_seed(1000 + len(paths.texts))
    rng = np.random.default_rng(1000 + step)
    walker, pupil = torch.compile(teacher), torch.compile(model)
    last_save = last_sheet = last_print = time.time()
    losses, already, started = [], seconds, time.time()

    def save():
        torch.save({"model": model.state_dict(), "average": average, "optimiser": optimiser.state_dict(), "step": step,
                    "seconds": seconds, "config": c.as_text()}, run / "checkpoint.new")
        (run / "checkpoint.new").rename(newest)

    while seconds < options.hours * 3600:
        while len(paths.texts) < min(options.paths // TOGETHER * TOGETHER, max(1024, step * BATCH // REUSE)):
            texts = captions.texts(rng.choice(len(entries), TOGETHER, p=probabilities), rng)
            paths.add(walk(walker, *captions.batch(texts, True), generator), texts)
        texts, x, end, t, span = paths.batch(rng)
        with products():
            velocity = pupil(x, t, *captions.batch(texts, True), span)
        loss = (velocity - (x - end) / span[:, None, None, None]).square().mean((1, 2, 3))
        loss.mean().backward()
        optimiser.step(options.rate * min(1.0, (step + 1) / 50) * max(0.0, 1 - seconds / (options.hours * 3600)))
        model.zero_grad(set_to_none=False)
        with torch.no_grad():
            for name, weight in model.named_parameters():
                average[name].lerp_(weight, 1 - min(0.99, (1 + step) / (10 + step)))
        step, seconds = step + 1, already + time.time() - started
        losses.append([loss[span == far].mean().item() for far in (0.25, 0.5, 1.0)])
        if not math.isfinite(losses[-1][0]):
            raise SystemExit(f"distil: loss is {losses[-1]} at step {step}; the last checkpoint is intact")
        if step % 20 == 0:
            quarter, half, whole = np.nanmean(losses[-20:], 0)
            rate, last_print = (time.time() - last_print) / 20, time.time()
            print(f"step {step}  paths {len(paths.texts)}  loss of a quarter {quarter:.4f}, two {half:.4f}, the whole {whole:.4f}  {rate:.1f} s a step  {seconds / 3600:.2f} h", flush=True)
        if time.time() - last_save > 300:
            save()
            last_save = time.time()
        if time.time() - last_sheet > 1200:
            mean = Painter(c)
            mean.load_state_dict(average)
            draw_sheet(lambda *texts: sample(mean, *texts), run / f"sheet-{step:05d}.png")
            last_sheet = time.time()
    save()


if __name__ == "__main__":
    main()
