#!/usr/bin/env bash
# Makes crates/danqing/static/fonts/danqing-song.woff2 again: Noto Serif SC SemiBold, cut down to the characters that the
# studio's pages say in both languages.
#
# Needs npm and Python. The font's licence (OFL 1.1) allows it; NOTICE names it.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

(cd "$work" && npm pack --silent @expo-google-fonts/noto-serif-sc@0.4.3 >/dev/null && tar xzf ./*.tgz)
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet fonttools==4.68.0 brotli==1.2.0

# Everything from the space to the tilde, and every other character of the locales.
python3 - >"$work/characters" <<'PYTHON'
words = open("crates/danqing/locales/web.zh-Hans.toml").read() + open("crates/danqing/locales/web.en.toml").read()
print("".join(sorted({character for character in words if character > "~"} | {chr(code) for code in range(32, 127)})))
PYTHON
mkdir -p crates/danqing/static/fonts
"$work/venv/bin/pyftsubset" "$work/package/600SemiBold/NotoSerifSC_600SemiBold.ttf" --text-file="$work/characters" \
    --layout-features='kern,liga,palt' --no-hinting --desubroutinize --name-IDs=0,1,2,5,13,14 --no-recalc-timestamp \
    --flavor=woff2 --output-file=crates/danqing/static/fonts/danqing-song.woff2
