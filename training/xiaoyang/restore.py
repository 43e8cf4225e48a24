"""Stage `restore`: the files that ship as a cache to go on from, where the cache of an earlier training is lost.

    python -m xiaoyang restore [--name RUN] [--quick RUN]

Writes what the cache lacks, and nothing else: the codec's basis and the statistics of text states, so that latents and
captions made afterwards mean what they meant to the weights; codec, upscaler and judge; and checkpoints of two runs whose
weights and average are both the painter and the quick painter that ship. Their accounts of steps and hours go on. The state of
the optimiser is not in the files: `diffusion` warms it up again, `distil --added` takes only the weights. Run it before
`captions`.
"""

import argparse
from dataclasses import fields

import numpy as np
import torch
from safetensors import safe_open

from .model import Config, Painter
from .pixels import Codec, Judge, Upscaler
from .places import CACHE, MODELS

BASIS = ("basis", "mean", "scale")  # the linear half of the codec


def read(name):
    """All tensors of a file that ships in f32, codes times scales put together, and its facts."""
    with safe_open(MODELS / f"{name}.safetensors", "pt") as file:
        facts, tensors = file.metadata(), {key: file.get_tensor(key) for key in file.keys()}
    for key in [key for key in tensors if key.endswith(".codes")]:
        scales = tensors.pop(key.removesuffix("codes") + "scales")
        tensors[key.removesuffix("codes") + "weight"] = tensors.pop(key).float() * scales[:, None]
    return {key: value.float() for key, value in tensors.items() if not key.endswith(".range")}, facts  # ranges: export measures them


def part(tensors, prefix):
    return {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}


def checked(model, state):
    """`state`, when it is one of `model`, whole."""
    model.load_state_dict(state)
    return state


def write(path, make):
    if path.exists():
        return print(f"restore: {path.name} is there, left alone")
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(make(), path)
    print(f"restore: {path.name}")


def painter(file, run):
    tensors, facts = read(file)
    known = {"mean": tensors.pop("text_mean").numpy(), "std": tensors.pop("text_std").numpy()}
    if not (CACHE / "statistics.npz").exists():
        np.savez(CACHE / "statistics.npz", **known)
    elif any((np.load(CACHE / "statistics.npz")[key] != value).any() for key, value in known.items()):
        raise SystemExit("restore: the cache standardises text otherwise than the painter that ships; start from an empty cache")
    model = Painter(Config(**{field.name: int(facts[field.name]) for field in fields(Config)}))
    write(CACHE / "runs" / run / "checkpoint.pt", lambda: {
        "model": checked(model, tensors), "average": tensors, "config": model.config.as_text(), "step": int(facts["steps"]),
        "seconds": float(facts["training_hours"]) * 3600})


def pixels():
    tensors, facts = read("pixels")
    codec = part(tensors, "codec.")
    write(CACHE / f"basis-{len(codec['scale'])}.pt", lambda: {key: codec[key] for key in BASIS})
    for name, model in (("codec", Codec()), ("upscaler", Upscaler())):
        write(CACHE / f"{name}.pt", lambda: {"model": checked(model, part(tensors, f"{name}.")), "step": 0,
                                             "seconds": float(facts[f"{name}_minutes"]) * 60})


def judge():
    tensors, facts = read("judge")
    write(CACHE / "judge.pt", lambda: {"model": checked(Judge(), tensors), "step": 0, "minutes": float(facts["minutes"])})


def main():
    arguments = argparse.ArgumentParser(prog="xiaoyang restore")
    arguments.add_argument("--name", default="main")
    arguments.add_argument("--quick", default="quick", help="the run of `distil`")
    options = arguments.parse_args()
    CACHE.mkdir(parents=True, exist_ok=True)
    painter("painter", options.name)
    painter("quick", options.quick)
    pixels()
    judge()
