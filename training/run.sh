#!/usr/bin/env bash
# Runs one stage at low priority with an allocator that keeps its pages: `training/run.sh diffusion --hours 3`.
# Returning large buffers to the system costs more time in page faults than the mathematics they are for.
set -eu
cd "$(dirname "$0")"
export DANQING_CACHE="${DANQING_CACHE:-$HOME/.cache/danqing}"
export MALLOC_MMAP_THRESHOLD_=8000000000 MALLOC_TRIM_THRESHOLD_=16000000000 MALLOC_TOP_PAD_=268435456
exec nice -n "${DANQING_NICE:-19}" "$DANQING_CACHE/venv/bin/python" -m xiaoyang "$@"
