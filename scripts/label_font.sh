#!/usr/bin/env bash
# Makes crates/provenance/assets/label.ttf again: Noto Sans SC Medium, cut down to the characters of the explicit label.
#
# Needs npm and Python. The font's licence (OFL 1.1) allows it; NOTICE names it.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

(cd "$work" && npm pack --silent @expo-google-fonts/noto-sans-sc@0.4.3 >/dev/null && tar xzf ./*.tgz)
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet fonttools==4.68.0

# The same characters as in `Wording::CHARACTERS`.
characters='AIGC人工智能生成合内容由图片丹青 ·-_.,:!()（）：，。'
characters+='abcdefghijklmnopqrstuvwxyzBDEFHJKLMNOPQRSTUVWXYZ0123456789'
"$work/venv/bin/pyftsubset" "$work/package/500Medium/NotoSansSC_500Medium.ttf" --text="$characters" \
    --layout-features='' --no-hinting --name-IDs=0,1,2,5,13,14 --no-recalc-timestamp \
    --output-file=crates/provenance/assets/label.ttf
