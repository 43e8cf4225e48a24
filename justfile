# The commands to remember; `just` alone lists them. None is needed: each line below can be typed as it stands.

_list:
    @just --list --unsorted

# everything that continuous integration checks
check:
    ./test

# tests only
test:
    ./test --fast

# paint, as `just paint 三只红灯笼`
paint +words:
    cargo run --release --quiet -- paint {{ words }}

# tests of kernels and engine as an Arm processor runs them, emulated
arm *options:
    scripts/arm.sh {{ options }}

# rates of the kernels beside the machine's peak
bench:
    cargo bench -p danqing-kernels

# write the golden files of the engine's parity tests again, with PyTorch
golden:
    "${DANQING_CACHE:-$HOME/.cache/danqing}/venv/bin/python" training/xiaoyang/golden_text.py
    "${DANQING_CACHE:-$HOME/.cache/danqing}/venv/bin/python" training/xiaoyang/golden.py

# one stage of the training recipe, as `just train diffusion --hours 3`
train stage *options:
    training/run.sh {{ stage }} {{ options }}

# write concepts and synonyms again from the tables of the lexicon
lexicon:
    python3 training/lexicon/build.py

# the sheet of 48 prompts and the retrieval score, or the parts named: `just eval compositions fairness`
eval *parts:
    cargo run --release --quiet -- eval {{ parts }} --out out

# train the weights of the repository on, as `just train-on 10`
train-on hours:
    training/go-on.sh {{ hours }}
