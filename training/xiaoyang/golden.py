"""Writes tiny models with random weights, and what PyTorch makes of them, for the engine's parity test.

    python training/xiaoyang/golden.py     writes crates/engine/tests/golden/{painter,pixels,judge,quick}.safetensors

Tensors of the model stand under their own names, as in a model's file; inputs and expected values under `golden.`,
channels last as the engine keeps them. Everything is computed in f32 from the weights as they are stored.
"""

import sys
from dataclasses import replace
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch.nn import functional as F

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from xiaoyang.model import Config, Painter  # noqa: E402
from xiaoyang.pixels import Codec, Judge, Upscaler  # noqa: E402

GOLDEN = Path(__file__).resolve().parents[2] / "crates/engine/tests/golden"
CONFIG = Config(latent_channels=4, latent_side=8, patch=2, width=48, blocks=3, head_dim=16, hidden=64, text_width=32,
                time_features=32)
GUIDANCE = 3.0
STEPS = 4


def randomise(model, generator):
    """Weights large enough that every one shows in the output: matrices with gain 1, vectors about 0.3."""
    with torch.no_grad():
        for value in model.parameters():
            spread = 0.3 if value.dim() < 2 else value[0].numel() ** -0.5
            value.copy_(torch.randn(value.shape, generator=generator) * spread)


def channels_last(x):
    return x.permute(0, 2, 3, 1).contiguous()


def save(name, tensors, metadata=None):
    path = GOLDEN / f"{name}.safetensors"
    save_file({key: value.detach().contiguous() for key, value in tensors.items()}, path, metadata)
    print(f"{path.name}: {path.stat().st_size / 1e3:.0f} kB")


def rows_in_8_bits(weight):
    scales = weight.abs().amax(1) / 127
    return (weight / scales[:, None]).round().to(torch.int8), scales


def stored(painter):
    """The painter's tensors as its file holds them; rounds the painter's own weights to what is stored.

    The matrices of the first block are 8-bit codes, all others bf16, vectors f32.
    """
    tensors = {}
    with torch.no_grad():
        for name, value in painter.state_dict().items():
            if name.startswith("blocks.0.") and name.endswith(".weight"):
                codes, scales = rows_in_8_bits(value)
                layer = name.removesuffix(".weight")
                tensors[f"{layer}.codes"], tensors[f"{layer}.scales"] = codes, scales
                value.copy_(codes.float() * scales[:, None])
            elif name.endswith(".weight"):
                tensors[name] = value.bfloat16()
                value.copy_(tensors[name].float())
            else:
                tensors[name] = value.clone()
    return tensors


def velocities_after_blocks(painter, *inputs):
    """What the painter says if it ends after 0, 1, 2 ... blocks, so that each block shows alone."""
    blocks = painter.blocks
    answers = []
    for count in range(len(blocks) + 1):
        painter.blocks = blocks[:count]
        answers.append(painter.patchify(painter(*inputs)))
    painter.blocks = blocks
    return torch.stack(answers)


def guided_euler(painter, x, states, lengths):
    """Four guided steps of all entries of the batch; gives the latents after each."""
    nothing = torch.zeros_like(lengths)
    history = []
    for step in range(STEPS):
        t = torch.full(lengths.shape, 1 - step / STEPS)
        without = painter(x, t, states, nothing)
        x = x - (without + GUIDANCE * (painter(x, t, states, lengths) - without)) / STEPS
        history.append(painter.patchify(x))
    return torch.stack(history)


def random_painter(config, generator):
    """A painter and its tensors as its file holds them."""
    painter = Painter(config)
    randomise(painter, generator)
    with torch.no_grad():
        for block in painter.blocks:
            block.modulation[[2, 5]] += 1
    return painter, stored(painter)


def write_quick(generator):
    """A painter that is told how far its step goes."""
    config = replace(CONFIG, span_features=16, blocks=1)
    painter, tensors = random_painter(config, generator)
    latents = torch.randn(2, config.latent_channels, config.latent_side, config.latent_side, generator=generator)
    states, lengths = torch.randn(2, 5, config.text_width, generator=generator), torch.tensor([5, 3])
    t, span = torch.tensor([0.75, 0.75]), torch.tensor([0.25, 0.25])
    tensors |= {
        "golden.tokens": painter.patchify(latents),
        "golden.states": states,
        "golden.velocity": painter.patchify(painter(latents, t, states, lengths, span)),
    }
    save("quick", tensors, config.as_text())


def write_painter(generator):
    painter, tensors = random_painter(CONFIG, generator)
    latents = torch.randn(2, CONFIG.latent_channels, CONFIG.latent_side, CONFIG.latent_side, generator=generator)
    lengths = torch.tensor([5, 3])
    states = torch.randn(2, 5, CONFIG.text_width, generator=generator)
    t = torch.tensor([0.3, 0.3])
    tensors |= {
        "golden.tokens": painter.patchify(latents),
        "golden.latents": channels_last(latents),
        "golden.states": states,
        "golden.velocities": velocities_after_blocks(painter, latents, t, states, lengths),
        "golden.unconditional": painter.patchify(painter(latents, t, states, torch.zeros(2, dtype=torch.long))),
        "golden.euler": guided_euler(painter, latents, states, lengths),
    }
    save("painter", tensors, CONFIG.as_text())


def in_8_bits(premultiplied):
    """Straight colours as the engine stores them: alpha cleaned below 2 and above 253 of 255."""
    alpha = premultiplied[..., 3:]
    colour = premultiplied[..., :3] / alpha.clamp(max=1)
    alpha = torch.where(alpha > 253 / 255, torch.ones_like(alpha), alpha)
    straight = torch.cat([colour, alpha], -1).clamp(0, 1)
    straight = torch.where(premultiplied[..., 3:] < 2 / 255, torch.zeros_like(straight), straight)
    return (straight * 255 + 0.5).floor().to(torch.uint8)


def write_pixels(generator):
    codec, upscaler = Codec(k=4, widths=(16, 12, 8), blocks=(2, 1, 1)), Upscaler(width=12, layers=3)
    for model in (codec, upscaler):
        randomise(model, generator)
    codec.basis.copy_(torch.linalg.qr(torch.randn(256, 4, generator=generator))[0])
    codec.mean.copy_(torch.randn(256, generator=generator) * 0.3)
    codec.scale.copy_(torch.tensor([0.1, 0.2, 0.4, 0.8]))
    tensors = {}
    for prefix, model in (("codec", codec), ("upscaler", upscaler)):
        for name, value in model.state_dict().items():
            half = value.dim() == 4
            tensors[f"{prefix}.{name}"] = value.half() if half else value.clone()
            with torch.no_grad():
                value.copy_(tensors[f"{prefix}.{name}"].float())
    latents = torch.randn(1, 4, 4, 4, generator=generator)
    straight = torch.randint(0, 256, (1, 4, 10, 12), generator=generator).float() / 255
    straight[:, 3] = straight[:, 3].clamp(0.3, 1.0).mul(255).round() / 255
    picture = torch.cat([straight[:, :3] * straight[:, 3:], straight[:, 3:]], 1)
    decoded = codec.decode(latents)
    tensors |= {
        "golden.latents": channels_last(latents),
        "golden.decoded": channels_last((decoded + 1) / 2),
        "golden.encoded": channels_last(codec.encode(decoded)),
        "golden.picture": (channels_last(straight) * 255).round().to(torch.uint8),
        "golden.enlarged": in_8_bits(channels_last(upscaler(picture))),
    }
    save("pixels", tensors)


class TinyJudge(Judge):
    """The judge with fewer channels, so that its file stays small."""

    def __init__(self, text_width=32, space=16):
        super().__init__(text_width, space)
        narrow = lambda inputs, outputs: torch.nn.Conv2d(inputs, outputs, 3, padding=1)  # noqa: E731
        self.enter, self.down16, self.down8 = narrow(64, 8), narrow(32, 10), narrow(40, 12)
        for stage, channels in ((self.stage32, 8), (self.stage16, 10), (self.stage8, 12)):
            for block in stage:
                block.first, block.second = narrow(channels, channels), narrow(channels, channels)
        self.picture_out = torch.nn.Linear(12, space)
        self.text_in, self.text_out = torch.nn.Linear(text_width, 24), torch.nn.Linear(24, space)


def write_judge(generator):
    judge = TinyJudge()
    randomise(judge, generator)
    # A small picture, so that the file stays small: its pixels count four times each way.
    picture = torch.rand(1, 4, 32, 32, generator=generator).mul(255).round()
    straight = picture / 255
    premultiplied = torch.cat([straight[:, :3] * straight[:, 3:], straight[:, 3:]], 1)
    mean = torch.randn(2, 32, generator=generator)
    save("judge", dict(judge.state_dict()) | {
        "golden.picture": channels_last(picture).to(torch.uint8),
        "golden.pictures": judge.pictures(F.interpolate(premultiplied, scale_factor=4, mode="nearest")),
        "golden.means": mean,
        "golden.texts": judge.texts(mean),
    })


@torch.no_grad()
def main():
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(20240607)
    for write in (write_painter, write_pixels, write_judge, write_quick):
        write(generator)


if __name__ == "__main__":
    main()
