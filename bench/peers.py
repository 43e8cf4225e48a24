"""The same graph elsewhere: text, block, guided step, decoding and upscaling of xiaoyang in PyTorch and OpenVINO.

    python bench/peers.py [--threads N] [--engines torch-f32 torch-bf16 openvino-f32 openvino-bf16 openvino-int8]

Prints milliseconds, the least of several runs after a warm-up, for the text encoder on 10 tokens, one block of the painter
for one guided picture, a step of 1 and of 16 pictures (guidance doubles the batch), one decode, one upscaling 128 to 512,
and 20 guided steps with text, decode and upscaling; then the peak memory in MB of a process that does only that. Each
engine has a process of its own. The weights are random: speed only.
"""

import argparse
import resource
import subprocess
import sys
import time
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "training"))
from xiaoyang.model import Block, Config, Painter  # noqa: E402
from xiaoyang.pixels import Codec, Upscaler  # noqa: E402

ENGINES = ["torch-f32", "torch-bf16", "openvino-f32", "openvino-bf16", "openvino-int8"]
WORDS, STEPS = 10, 20
COLUMNS = ["text", "block", "step of 1", "step of 16", "decode", "upscale", "picture", "peak MB"]


class Text(torch.nn.Module):
    """The text encoder's graph: twelve layers of width 384, the norm after each sum, on one text without padding."""

    def __init__(self, width=384, heads=12, layers=12):
        super().__init__()
        self.heads = heads
        linear = torch.nn.Linear
        self.layers = torch.nn.ModuleList(
            torch.nn.ModuleDict({
                "qkv": linear(width, 3 * width), "out": linear(width, width), "norm": torch.nn.LayerNorm(width, 1e-12),
                "up": linear(width, 4 * width), "down": linear(4 * width, width), "last": torch.nn.LayerNorm(width, 1e-12),
            })
            for _ in range(layers)
        )

    def forward(self, x):
        for layer in self.layers:
            n, tokens, width = x.shape
            q, k, v = layer["qkv"](x).view(n, tokens, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
            mixed = torch.nn.functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(n, tokens, width)
            x = layer["norm"](x + layer["out"](mixed))
            x = layer["last"](x + layer["down"](torch.nn.functional.gelu(layer["up"](x))))
        return x


class OneBlock(torch.nn.Module):
    """One block of the painter on the tokens of one guided picture; its words are projected in it, as in a step."""

    def __init__(self, config):
        super().__init__()
        self.block = Block(config)
        self.register_buffer("mask", torch.zeros(2, 1, 1, config.tokens + 1 + WORDS))
        self.mask[1, ..., config.tokens + 1 :] = float("-inf")

    def forward(self, x, words, modulation):
        return self.block(x, words, self.mask.to(x.dtype), modulation)


class Step(torch.nn.Module):
    """One velocity with fixed text lengths, so that every engine sees a static graph."""

    def __init__(self, painter, pictures):
        super().__init__()
        self.painter = painter
        self.register_buffer("lengths", torch.tensor([WORDS] * pictures + [0] * pictures))

    def forward(self, latents, t, states):
        return self.painter(latents, t, states, self.lengths)


class Decode(torch.nn.Module):
    def __init__(self, codec):
        super().__init__()
        self.codec = codec

    def forward(self, z):
        return self.codec.decode(z)


def inputs(pictures):
    torch.manual_seed(1)
    return torch.randn(2 * pictures, 16, 16, 16), torch.full((2 * pictures,), 0.5), torch.randn(2 * pictures, WORDS, 384)


def least(run, budget=2.0):
    """Milliseconds of the fastest of several runs within about `budget` seconds, after two warm-ups."""
    run(), run()
    best, until = float("inf"), time.perf_counter() + budget
    while time.perf_counter() < until:
        start = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - start)
    return best * 1e3


class Torch:
    """Eager PyTorch; bf16 as converted weights and activations, oneDNN underneath."""

    def __init__(self, dtype, threads):
        torch.set_num_threads(threads)
        self.dtype = dtype

    def compile(self, module, arguments):
        module = module.to(self.dtype).eval()
        if any(isinstance(m, torch.nn.Conv2d) for m in module.modules()):
            module = module.to(memory_format=torch.channels_last)
        arguments = [a.to(self.dtype) for a in arguments]

        def run():
            with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=self.dtype == torch.bfloat16):
                return module(*arguments)

        return run


class OpenVino:
    """OpenVINO with the latency hint, one stream; int8 by post-training quantisation on one random sample."""

    def __init__(self, precision, threads):
        import openvino

        self.ov, self.precision = openvino, precision
        self.settings = {"PERFORMANCE_HINT": "LATENCY", "NUM_STREAMS": "1", "INFERENCE_NUM_THREADS": str(threads),
                         "INFERENCE_PRECISION_HINT": "f32" if precision == "f32" else "bf16"}

    def compile(self, module, arguments):
        with torch.inference_mode():
            graph = self.ov.convert_model(module.float().eval(), example_input=tuple(arguments))
        graph.reshape({i: list(a.shape) for i, a in enumerate(arguments)})
        if self.precision == "int8":
            import nncf

            graph = nncf.quantize(graph, nncf.Dataset([tuple(a.numpy() for a in arguments)]), subset_size=1, model_type=nncf.ModelType.TRANSFORMER)
        compiled = self.ov.Core().compile_model(graph, "CPU", self.settings)
        arrays = [a.numpy() for a in arguments]
        request = compiled.create_infer_request()
        return lambda: request.infer(arrays)


def engine(name, threads):
    library, precision = name.split("-")
    if library == "torch":
        return Torch(torch.float32 if precision == "f32" else torch.bfloat16, threads)
    return OpenVino(precision, threads)


def randomised(module):
    """Zero-initialised layers would let an engine skip work."""
    torch.manual_seed(0)
    for p in module.parameters():
        if p.ndim > 1 and not p.any():
            torch.nn.init.normal_(p, std=0.02)
    return module


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--threads", type=int, default=2)
    arguments.add_argument("--engines", nargs="+", choices=ENGINES, default=ENGINES)
    arguments.add_argument("--seconds", type=float, default=2.0, help="how long each figure is measured")
    arguments.add_argument("--alone", choices=["figures", "memory"], help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.alone == "figures":
        print(*(f"{figure:.2f}" for figure in figures(options.engines[0], options.threads, options.seconds)))
    elif options.alone == "memory":
        print(memory(options.engines[0], options.threads))
    else:
        print(f"{options.threads} threads; milliseconds, and MB")
        print(f"{'':14}" + "".join(f"{column:>12}" for column in COLUMNS))
        for name in options.engines:
            print(f"{name:14}" + "".join(f"{float(f):12.2f}" for f in alone(name, options)), flush=True)


def alone(name, options):
    """The figures of one engine, each kind from a process of its own."""
    for kind in ("figures", "memory"):
        command = [sys.executable, __file__, "--alone", kind, "--engines", name]
        command += ["--threads", str(options.threads), "--seconds", str(options.seconds)]
        answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        yield from answer.splitlines()[-1].split()


def parts(chosen, config):
    """Text, one guided step, decode and upscaling, ready to run."""
    yield chosen.compile(Text(), [torch.randn(1, WORDS, 384)])
    yield chosen.compile(Step(randomised(Painter(config)), 1), inputs(1))
    yield chosen.compile(Decode(randomised(Codec())), [torch.randn(1, 16, 16, 16)])
    yield chosen.compile(randomised(Upscaler()), [torch.rand(1, 4, 128, 128)])


def figures(name, threads, seconds):
    chosen, config = engine(name, threads), Config()
    text, step, decode, upscale = (least(part, seconds) for part in parts(chosen, config))
    block = [torch.randn(2, config.tokens, config.width), torch.randn(2, 1 + WORDS, 384), torch.randn(2, 6, config.width)]
    block = least(chosen.compile(randomised(OneBlock(config)), block), seconds)
    many = least(chosen.compile(Step(randomised(Painter(config)), 16), inputs(16)), seconds)
    return text, block, step, many, decode, upscale, text + STEPS * step + decode + upscale


def memory(name, threads):
    """Peak of this process in MB after one picture."""
    text, step, decode, upscale = parts(engine(name, threads), Config())
    for part in [text, *[step] * STEPS, decode, upscale]:
        part()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
