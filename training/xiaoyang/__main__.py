"""python -m xiaoyang STAGE: data, captions, text, codec, diffusion, distil, judge, export, evaluate, memorise, additions, restore."""

import importlib
import sys

STAGES = {
    "text": "text", "data": "data", "captions": "captions", "autoencoder": "autoencoder", "diffusion": "diffusion",
    "judge": "judge", "export": "export", "evaluate": "evaluate", "memorise": "memorise",
    "distil": "distil", "additions": "additions", "restore": "restore",
}

if len(sys.argv) < 2 or sys.argv[1] not in STAGES:
    sys.exit(f"usage: python -m xiaoyang STAGE [options], STAGE one of: {', '.join(STAGES)}")
stage = sys.argv.pop(1)
importlib.import_module(f"{__package__}.{STAGES[stage]}").main()
