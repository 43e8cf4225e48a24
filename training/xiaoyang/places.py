"""Where things are."""

import os
from pathlib import Path

TRAINING = Path(__file__).resolve().parents[1]
MODELS = TRAINING.parent / "models" / "xiaoyang"
CACHE = Path(os.environ.get("DANQING_CACHE", Path.home() / ".cache" / "danqing"))
