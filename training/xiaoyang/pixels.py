"""The pixel side of xiaoyang: latents and decoder, upscaler, and the judge that scores pictures against words.

Everywhere a picture is premultiplied RGBA. The codec works on values in [-1, 1]; the upscaler and the judge on
[0, 1], where the zero padding of a convolution means "transparent".
"""

import torch
from torch import nn
from torch.nn import functional as F

PATCH = 8


def patches(x):
    """(n, 4, 128, 128) -> (n, 256, 16, 16): each 8x8 patch as one vector, order colour, row, column"""
    return F.pixel_unshuffle(x, PATCH)


class Residual(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.zeros_(self.second.weight)
        nn.init.zeros_(self.second.bias)

    def forward(self, x):
        return x + self.second(F.silu(self.first(x)))


class Codec(nn.Module):
    """Linear encoder (scaled principal components of 8x8 patches), convolutional decoder on top of its transpose.

    `basis`: (256, k) orthonormal columns; `mean`: (256); `scale`: (k), so that latents = scale * basis^T (patch - mean).
    """

    def __init__(self, k=16, widths=(128, 64, 48), blocks=(2, 2, 2)):
        super().__init__()
        self.register_buffer("basis", torch.zeros(4 * PATCH * PATCH, k))
        self.register_buffer("mean", torch.zeros(4 * PATCH * PATCH))
        self.register_buffer("scale", torch.ones(k))
        a, b, c = widths
        self.stem = nn.Conv2d(k, a, 3, padding=1)
        self.stage16 = nn.ModuleList(Residual(a) for _ in range(blocks[0]))
        self.up32 = nn.Conv2d(a, 4 * b, 3, padding=1)
        self.stage32 = nn.ModuleList(Residual(b) for _ in range(blocks[1]))
        self.up64 = nn.Conv2d(b, 4 * c, 3, padding=1)
        self.stage64 = nn.ModuleList(Residual(c) for _ in range(blocks[2]))
        self.up128 = nn.Conv2d(c, 16, 3, padding=1)
        nn.init.zeros_(self.up128.weight)
        nn.init.zeros_(self.up128.bias)

    def encode(self, x):
        """(n, 4, 128, 128) in [-1, 1] -> (n, k, 16, 16)"""
        flat = patches(x) - self.mean[:, None, None]
        return torch.einsum("nphw,pk->nkhw", flat, self.basis) * self.scale[:, None, None]

    def linear(self, z):
        """The transpose of `encode`: what the latents say without the convolutions."""
        flat = torch.einsum("nkhw,pk->nphw", z / self.scale[:, None, None], self.basis)
        return F.pixel_shuffle(flat + self.mean[:, None, None], PATCH)

    def decode(self, z):
        """(n, k, 16, 16) -> (n, 4, 128, 128), about [-1, 1]"""
        x = self.stem(z)  # (n, a, 16, 16)
        for block in self.stage16:
            x = block(x)
        x = F.pixel_shuffle(self.up32(F.silu(x)), 2)  # (n, b, 32, 32)
        for block in self.stage32:
            x = block(x)
        x = F.pixel_shuffle(self.up64(F.silu(x)), 2)  # (n, c, 64, 64)
        for block in self.stage64:
            x = block(x)
        return self.linear(z) + F.pixel_shuffle(self.up128(F.silu(x)), 2)  # (n, 4, 128, 128)


class Upscaler(nn.Module):
    """Four times larger: a compact stack of 3x3 convolutions (after SRVGGNetCompact, Wang et al. 2021,
    arXiv:2107.10833, appendix), added to the nearest-neighbour enlargement."""

    def __init__(self, width=48, layers=8):
        super().__init__()
        self.enter = nn.Conv2d(4, width, 3, padding=1)
        self.body = nn.ModuleList(nn.Conv2d(width, width, 3, padding=1) for _ in range(layers))
        self.slopes = nn.Parameter(torch.full((layers + 1, width), 0.2))
        self.leave = nn.Conv2d(width, 4 * 16, 3, padding=1)
        for layer in (self.enter, *self.body):  # the default fades to nothing over ten layers without a detour
            nn.init.kaiming_normal_(layer.weight, a=0.2)
            nn.init.zeros_(layer.bias)
        nn.init.normal_(self.leave.weight, std=0.005)
        nn.init.zeros_(self.leave.bias)

    def forward(self, x):
        """(n, 4, h, w) in [0, 1] -> (n, 4, 4h, 4w)"""
        y = F.prelu(self.enter(x), self.slopes[0])
        for layer, slope in zip(self.body, self.slopes[1:]):
            y = F.prelu(layer(y), slope)
        return F.interpolate(x, scale_factor=4, mode="nearest") + F.pixel_shuffle(self.leave(y), 4)


class Judge(nn.Module):
    """Picture and words to unit vectors of one space (Radford et al. 2021, arXiv:2103.00020), trained on real
    pictures only. Words enter as the mean of the standardised text states."""

    def __init__(self, text_width=384, space=128):
        super().__init__()
        self.enter = nn.Conv2d(64, 64, 3, padding=1)
        self.stage32 = nn.ModuleList(Residual(64) for _ in range(1))
        self.down16 = nn.Conv2d(256, 128, 3, padding=1)
        self.stage16 = nn.ModuleList(Residual(128) for _ in range(2))
        self.down8 = nn.Conv2d(512, 192, 3, padding=1)
        self.stage8 = nn.ModuleList(Residual(192) for _ in range(2))
        self.picture_out = nn.Linear(192, space)
        self.text_in = nn.Linear(text_width, 512)
        self.text_out = nn.Linear(512, space)
        self.temperature = nn.Parameter(torch.tensor(3.0))

    def pictures(self, x):
        """(n, 4, 128, 128) in [0, 1] -> (n, space), length 1"""
        x = self.enter(F.pixel_unshuffle(x, 4))  # (n, 64, 32, 32)
        for block in self.stage32:
            x = block(x)
        x = self.down16(F.pixel_unshuffle(F.silu(x), 2))  # (n, 128, 16, 16)
        for block in self.stage16:
            x = block(x)
        x = self.down8(F.pixel_unshuffle(F.silu(x), 2))  # (n, 192, 8, 8)
        for block in self.stage8:
            x = block(x)
        return F.normalize(self.picture_out(F.silu(x).mean((2, 3))), dim=-1)

    def texts(self, mean):
        """(n, text_width) -> (n, space), length 1"""
        return F.normalize(self.text_out(F.silu(self.text_in(mean))), dim=-1)
