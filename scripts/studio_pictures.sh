#!/usr/bin/env bash
# Makes docs/pictures/live.gif and studio.png again: the program at work, recorded in a headless Chromium.
#
#   scripts/studio_pictures.sh [DANQING]    the program to record; target/release/danqing if none is named
#
# Needs what scripts/tools.sh installs.
set -euo pipefail
cd "$(dirname "$0")/.."

danqing=$(realpath "${1:-target/release/danqing}")
work=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT

mkfifo "$work/told"
XDG_CONFIG_HOME="$work/config" XDG_DATA_HOME="$work/data" "$danqing" serve --listen 127.0.0.1:0 --json >"$work/told" &
server=$!
url=$(head -n 1 "$work/told" | python3 -c 'import json, sys; print(json.load(sys.stdin)["url"])')

export DANQING_URL=$url DANQING_SCRATCH=$work DANQING_PICTURES=$work/frames
export DANQING_MODULES=${DANQING_CACHE:-$HOME/.cache/danqing}/web/node_modules
node crates/danqing/tests/web/record-live.mjs
node crates/danqing/tests/web/portray-studio.mjs

# One palette for all pictures, and only what changes is written.
ffmpeg -v error -y -f concat -i "$work/frames/frames.txt" -vf "fps=10,scale=720:-1:flags=lanczos,split[a][b]; \
[a]palettegen=max_colors=240[palette]; [b][palette]paletteuse=dither=sierra2_4a:diff_mode=rectangle" \
    docs/pictures/live.gif
ffmpeg -v error -y -i "$work/frames/studio.png" \
    -vf "split[a][b]; [a]palettegen=max_colors=200[palette]; [b][palette]paletteuse=dither=none" docs/pictures/studio.png
ls -l docs/pictures/live.gif docs/pictures/studio.png
