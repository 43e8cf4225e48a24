#!/usr/bin/env bash
# Paints the pictures of crates/danqing/static/examples again, with the danqing of this source tree.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo build --release --quiet
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

while read -r name prompt; do
    "${CARGO_TARGET_DIR:-target}/release/danqing" paint "$prompt" --seed 7 --size 256 --reproducible \
        --out "$work/$name.webp" >/dev/null
    mv "$work/$name.webp" "crates/danqing/static/examples/$name.webp"
done <<'PROMPTS'
lanterns 三只红灯笼
moon 月亮在云上面
owl 蓝色背景上的猫头鹰
fox 戴帽子的狐狸
tea 绿色的茶壶和茶杯
blossom 樱花无缝图案
balloons 五颜六色的气球
panda 粉色背景的熊猫
PROMPTS
