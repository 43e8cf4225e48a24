"""The painter of xiaoyang: a small diffusion transformer (DiT) on 16x16 latents.

Peebles and Xie 2022 (arXiv:2212.09748) with adaLN-single (Chen et al. 2023, arXiv:2310.00426), SwiGLU
(Shazeer 2020, arXiv:2002.05202) and text as extra keys and values of the self-attention, so that one softmax
weighs picture and words. Trained by flow matching (Lipman et al. 2022, arXiv:2210.02747), velocity prediction.
"""

import math
from dataclasses import asdict, dataclass

import torch
from torch import nn
from torch.nn import functional as F


@dataclass(frozen=True)
class Config:
    latent_channels: int = 16
    latent_side: int = 16
    patch: int = 2
    width: int = 384
    blocks: int = 10
    head_dim: int = 64
    hidden: int = 1024
    text_width: int = 384
    time_features: int = 256
    span_features: int = 0  # more than 0: the painter is told how long its step is going to be (distil.py)

    @property
    def tokens(self):
        return (self.latent_side // self.patch) ** 2

    @property
    def token_channels(self):
        return self.latent_channels * self.patch**2

    def as_text(self):
        return {key: str(value) for key, value in asdict(self).items()}


def rms(x):
    return F.rms_norm(x, (x.shape[-1],), eps=1e-6)


def time_features(t, count):
    """Sines and cosines of 1000 t at `count / 2` frequencies from 1 down to 1e-4.  t: (n,) -> (n, count)"""
    frequencies = torch.exp(-math.log(10000) * torch.arange(count // 2) / (count // 2))
    angles = 1000 * t.float()[:, None] * frequencies
    return torch.cat([angles.cos(), angles.sin()], dim=-1)


class Block(nn.Module):
    def __init__(self, c: Config):
        super().__init__()
        self.head_dim = c.head_dim
        self.qkv = nn.Linear(c.width, 3 * c.width, bias=False)
        self.text_kv = nn.Linear(c.text_width, 2 * c.width, bias=False)
        self.out = nn.Linear(c.width, c.width, bias=False)
        self.gate_up = nn.Linear(c.width, 2 * c.hidden, bias=False)
        self.down = nn.Linear(c.hidden, c.width, bias=False)
        self.modulation = nn.Parameter(torch.zeros(6, c.width))

    def attend(self, x, words, mask):
        n, tokens, width = x.shape
        heads = width // self.head_dim
        q, k, v = self.qkv(x).view(n, tokens, 3, heads, self.head_dim).permute(2, 0, 3, 1, 4)  # (n, heads, tokens, head_dim)
        kt, vt = self.text_kv(words).view(n, -1, 2, heads, self.head_dim).permute(2, 0, 3, 1, 4)
        k, v = torch.cat([k, kt], 2), torch.cat([v, vt], 2)  # (n, heads, tokens + words, head_dim)
        # Written out: on CPUs the backward pass of the fused operator costs more than the products.
        weights = (q @ k.transpose(-2, -1) * self.head_dim**-0.5 + mask).softmax(-1)  # (n, heads, tokens, tokens + words)
        mixed = weights @ v
        return self.out(mixed.transpose(1, 2).reshape(n, tokens, width))

    def forward(self, x, words, mask, modulation):
        shift1, scale1, gate1, shift2, scale2, gate2 = (modulation + self.modulation.to(x.dtype))[:, :, None].unbind(1)
        x = x + gate1 * self.attend(rms(x) * (1 + scale1) + shift1, words, mask)
        gate, up = self.gate_up(rms(x) * (1 + scale2) + shift2).chunk(2, -1)
        return x + gate2 * self.down(F.silu(gate) * up)


class Painter(nn.Module):
    """velocity = Painter(latents, t, words): the direction from picture to noise at time t in [0, 1].

    With `span_features`, the mean of the direction between t and t - span instead.

    `passing`: a share of the tokens, drawn anew at each call, that walks around the blocks between the first two and the last
    two while training (TREAD, Krause et al. 2025, arXiv:2501.04765, section 3).
    """

    passing = 0.0

    def __init__(self, c: Config = Config()):
        super().__init__()
        self.config = c
        self.patch_in = nn.Linear(c.token_channels, c.width)
        self.positions = nn.Parameter(torch.randn(c.tokens, c.width) * 0.02)
        self.null_word = nn.Parameter(torch.randn(c.text_width) * 0.5)
        self.time_in = nn.Linear(c.time_features, c.width)
        self.span_in = nn.Linear(c.span_features, c.width, bias=False) if c.span_features else None
        self.text_in = nn.Linear(c.text_width, c.width)
        self.time_out = nn.Linear(c.width, 6 * c.width)
        self.blocks = nn.ModuleList(Block(c) for _ in range(c.blocks))
        self.final_modulation = nn.Linear(c.width, 2 * c.width)
        self.patch_out = nn.Linear(c.width, c.token_channels)
        for zero in (self.time_out, self.final_modulation, self.patch_out):
            nn.init.zeros_(zero.weight)
            nn.init.zeros_(zero.bias)
        if self.span_in is not None:
            nn.init.zeros_(self.span_in.weight)
        for block in self.blocks:
            nn.init.ones_(block.modulation.data[2])
            nn.init.ones_(block.modulation.data[5])
            nn.init.normal_(block.out.weight, std=0.02 / math.sqrt(2 * c.blocks))
            nn.init.normal_(block.down.weight, std=0.02 / math.sqrt(2 * c.blocks))

    def words(self, states, lengths):
        """Puts the null word first and hides what stands behind each text.

        states: (n, words, text_width) standardised text states; lengths: (n,), 0 for "no text".
        Gives (n, 1 + words, text_width), the additive mask over tokens + 1 + words, the mean state (n, text_width).
        """
        n, count, _ = states.shape
        known = torch.arange(count) < lengths[:, None]
        mean = (states * known[:, :, None]).sum(1) / lengths.clamp(min=1)[:, None]
        words = torch.cat([self.null_word.expand(n, 1, -1), states], 1)
        seen = torch.cat([torch.ones(n, self.config.tokens + 1, dtype=torch.bool), known], 1)
        mask = torch.zeros(n, 1, 1, seen.shape[1]).masked_fill(~seen[:, None, None], float("-inf"))
        return words, mask, mean

    def patchify(self, x):
        """(n, channels, side, side) -> (n, tokens, channels * patch * patch)"""
        p = self.config.patch
        n, c, h, w = x.shape
        return x.view(n, c, h // p, p, w // p, p).permute(0, 2, 4, 1, 3, 5).reshape(n, -1, c * p * p)

    def unpatchify(self, x):
        c, p = self.config.latent_channels, self.config.patch
        side = self.config.latent_side // p
        return x.view(-1, side, side, c, p, p).permute(0, 3, 1, 4, 2, 5).reshape(-1, c, side * p, side * p)

    def forward(self, latents, t, states, lengths, span=None):
        c = self.config
        words, mask, mean = self.words(states, lengths)
        said = self.time_in(time_features(t, c.time_features)) + self.text_in(mean)  # (n, width)
        if self.span_in is not None:
            said = said + self.span_in(time_features(span, c.span_features))
        condition = F.silu(said)
        modulation = self.time_out(condition).view(-1, 6, c.width)
        x = self.patch_in(self.patchify(latents)) + self.positions  # (n, tokens, width)
        dtype = torch.bfloat16 if torch.is_autocast_enabled("cpu") else x.dtype
        x, words, mask, modulation = x.to(dtype), words.to(dtype), mask.to(dtype), modulation.to(dtype)
        if self.passing and self.training:
            x = self.around(x, words, mask, modulation)
        else:
            for block in self.blocks:
                x = block(x, words, mask, modulation)
        shift, scale = self.final_modulation(condition).to(x.dtype)[:, None].chunk(2, -1)
        return self.unpatchify(self.patch_out(rms(x) * (1 + scale) + shift).float())

    def around(self, x, words, mask, modulation):
        n, tokens, width = x.shape
        taken = torch.rand(n, tokens).argsort(1)[:, : round(tokens * (1 - self.passing))]
        rows = taken[:, :, None].expand(-1, -1, width)
        hidden = torch.cat([mask[..., : taken.shape[1]], mask[..., tokens:]], -1)  # no token of the picture is hidden
        for block in self.blocks[:2]:
            x = block(x, words, mask, modulation)
        some = x.gather(1, rows)
        for block in self.blocks[2:-2]:
            some = block(some, words, hidden, modulation)
        x = x.scatter(1, rows, some)
        for block in self.blocks[-2:]:
            x = block(x, words, mask, modulation)
        return x
