"""Stage `export`: the trained models as the files that ship, models/xiaoyang/{painter,quick,pixels,judge}.safetensors.

    python -m xiaoyang export [--name RUN] [--quick RUN] [--only painter quick pixels judge]

Block matrices of the painters become int8 with one scale a row (0.4 % error at most of a row's largest weight);
everything else bf16 where it is a matrix or kernel, f32 where it is small.
"""

import argparse

import numpy as np
import torch
from safetensors.torch import save_file


from .pixels import Codec, Upscaler
from .places import CACHE, MODELS

VERSION = "0.5"


def as_int8(weight):
    """(rows, columns) -> codes int8, scales f32 (rows); weight is about codes * scales."""
    scales = weight.abs().amax(1).clamp(min=1e-8) / 127
    return (weight / scales[:, None]).round().clamp(-127, 127).to(torch.int8), scales


def compact(state):
    """bf16 for everything of two and more dimensions, f32 for the rest."""
    return {name: (value.bfloat16() if value.ndim > 1 else value.float()).contiguous() for name, value in state.items()}


def painter(name, file):
    """Also the distilled painter of few steps, whose samples are stretches of the paths it was taught."""
    saved = torch.load(CACHE / "runs" / name / "checkpoint.pt")
    tensors = {}
    for key, value in saved["average"].items():
        if key.startswith("blocks.") and key.endswith(".weight"):
            tensors[key.removesuffix(".weight") + ".codes"], tensors[key.removesuffix(".weight") + ".scales"] = as_int8(value)
        else:
            tensors |= compact({key: value})
    known = np.load(CACHE / "statistics.npz")
    tensors["text_mean"], tensors["text_std"] = torch.from_numpy(known["mean"]), torch.from_numpy(known["std"])
    facts = {"name": "xiaoyang", "version": VERSION, "steps": str(saved["step"]), "samples": str(saved["step"] * 128),
             "training_hours": f"{saved['seconds'] / 3600:.2f}"}
    save_file(tensors, MODELS / f"{file}.safetensors", metadata=saved["config"] | facts)


@torch.no_grad()
def ranges(codec, upscaler, pictures=512):
    """What an engine that multiplies 8-bit factors has to know: least and largest value of each channel that enters the
    convolutions between the first and the last, over pictures of training: `name.range`, (channels, 2)."""
    found = {}

    def watch(name):
        def see(_, inputs):
            x = inputs[0].transpose(0, 1).flatten(1)
            low, high = found.get(name, (x.new_zeros(len(x)),) * 2)
            found[name] = torch.minimum(low, x.amin(1)), torch.maximum(high, x.amax(1))
        return see

    decoder, enlarger = Codec(), Upscaler()
    decoder.load_state_dict(codec["model"])
    enlarger.load_state_dict(upscaler["model"])
    for prefix, model, ends in (("codec", decoder, ("stem", "up128")), ("upscaler", enlarger, ("enter",))):
        for name, part in model.named_modules():
            if isinstance(part, torch.nn.Conv2d) and name not in ends:
                part.register_forward_pre_hook(watch(f"{prefix}.{name}.range"))
    latents = np.load(CACHE / "latents.npy", mmap_mode="r")
    for rows in np.linspace(0, len(latents) - 1, pictures).astype(int).reshape(-1, 16):
        enlarger((decoder.decode(torch.from_numpy(latents[rows]).float()) / 2 + 0.5).clamp(0, 1))
    return {name: torch.stack(both, 1) for name, both in found.items()}


def pixels():
    codec, upscaler = torch.load(CACHE / "codec.pt"), torch.load(CACHE / "upscaler.pt")
    tensors = {f"codec.{k}": v for k, v in codec["model"].items()} | {f"upscaler.{k}": v for k, v in upscaler["model"].items()}
    exact = {k: tensors.pop(k).float().contiguous() for k in ("codec.basis", "codec.mean", "codec.scale", "upscaler.slopes")}
    exact |= ranges(codec, upscaler)
    facts = {"name": "xiaoyang", "version": VERSION, "codec_minutes": f"{codec['seconds'] / 60:.0f}", "upscaler_minutes": f"{upscaler['seconds'] / 60:.0f}"}
    save_file(compact(tensors) | exact, MODELS / "pixels.safetensors", metadata=facts)


def judge():
    saved = torch.load(CACHE / "judge.pt")
    save_file(compact(saved["model"]), MODELS / "judge.safetensors", metadata={"name": "xiaoyang judge", "minutes": str(saved["minutes"])})


def main():
    arguments = argparse.ArgumentParser(prog="xiaoyang export")
    arguments.add_argument("--name", default="main")
    arguments.add_argument("--quick", default="quick", help="the run of `distil`")
    parts = {"painter": lambda: painter(options.name, "painter"), "quick": lambda: painter(options.quick, "quick"),
             "pixels": pixels, "judge": judge}
    arguments.add_argument("--only", nargs="+", choices=list(parts), default=list(parts))
    options = arguments.parse_args()
    for part in options.only:
        parts[part]()
        path = MODELS / f"{part}.safetensors"
        print(f"{path.name}: {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
