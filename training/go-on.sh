#!/usr/bin/env bash
# Trains the weights of models/xiaoyang on, from a machine that has none of it: `training/go-on.sh HOURS [DECAY_HOURS]`.
# Makes what the cache lacks, trains for the hours given, then with a falling learning rate, teaches the quick painter anew, and
# exports. Run again after an interruption it goes on at the last checkpoint.
set -eu
cd "$(dirname "$0")/.."
hours="${1:?usage: training/go-on.sh HOURS [DECAY_HOURS]}" decay="${2:-1}"
export DANQING_CACHE="${DANQING_CACHE:-$HOME/.cache/danqing}"
threads="${DANQING_THREADS:-2}"
scripts/training.sh
python3 training/lexicon/build.py >/dev/null
training/run.sh restore
[ -e "$DANQING_CACHE/runs/shipped" ] || cp -r "$DANQING_CACHE/runs/main" "$DANQING_CACHE/runs/shipped"
training/run.sh data
[ -e "$DANQING_CACHE/lengths.npy" ] || training/run.sh captions
training/run.sh diffusion --hours "$hours" --phase chosen --threads "$threads"
training/run.sh diffusion --hours "$decay" --phase chosen --threads "$threads" --decay
rm -rf "$DANQING_CACHE/runs/quick-next"
training/run.sh distil --hours 0.5 --phase chosen --threads "$threads" --name quick-next --added shipped quick --rate 0.3 --paths 1600
training/run.sh export --quick quick-next
