"""The same graph elsewhere: one guided step, decoding and upscaling of xiaoyang in PyTorch and OpenVINO.

    python bench/peers.py [--threads N] [--engines torch-f32 torch-bf16 openvino-f32 openvino-bf16 openvino-int8]

Prints milliseconds, the least of several runs after a warm-up, for a step of 1 and of 16 pictures (guidance doubles
the batch), one decode, one upscaling 128 to 512, and 20 guided steps with both. The weights are random: speed only.
"""

import argparse
import sys
import time
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "training"))
from xiaoyang.model import Config, Painter  # noqa: E402
from xiaoyang.pixels import Codec, Upscaler  # noqa: E402

ENGINES = ["torch-f32", "torch-bf16", "openvino-f32", "openvino-bf16", "openvino-int8"]
WORDS, STEPS = 10, 20


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
    options = arguments.parse_args()
    print(f"{options.threads} threads; milliseconds")
    print(f"{'':14}{'step of 1':>12}{'step of 16':>12}{'decode':>12}{'upscale':>12}{'picture':>12}")
    for name in options.engines:
        chosen = engine(name, options.threads)
        figures = [least(chosen.compile(Step(randomised(Painter(Config())), n), inputs(n))) for n in (1, 16)]
        figures.append(least(chosen.compile(Decode(randomised(Codec())), [torch.randn(1, 16, 16, 16)])))
        figures.append(least(chosen.compile(randomised(Upscaler()), [torch.rand(1, 4, 128, 128)])))
        figures.append(STEPS * figures[0] + figures[2] + figures[3])
        print(f"{name:14}" + "".join(f"{figure:12.1f}" for figure in figures), flush=True)


if __name__ == "__main__":
    main()
