"""python -m xiaoyang STAGE: each stage is the module of that name."""

import importlib
import sys

STAGES = ["text", "data", "additions", "captions", "autoencoder", "diffusion", "distil", "judge", "export", "restore", "evaluate",
          "memorise", "manners"]

if len(sys.argv) < 2 or sys.argv[1] not in STAGES:
    sys.exit(f"usage: python -m xiaoyang STAGE [options], STAGE one of: {', '.join(STAGES)}")
stage = sys.argv.pop(1)
importlib.import_module(f"{__package__}.{stage}").main()
