#!/usr/bin/env bash
# Sets up what the training recipe needs, in the cache: a Python environment and the npm packages, pinned versions.
# Run again, it only adds what is missing.
set -euo pipefail
cd "$(dirname "$0")/.."
cache="${DANQING_CACHE:-$HOME/.cache/danqing}"
mkdir -p "$cache/npm"

for command in python3 node npm; do
    command -v "$command" >/dev/null && continue
    printf 'training: %s is missing (Debian packages: python3-venv nodejs npm)\n' "$command" >&2
    exit 1
done

[ -x "$cache/venv/bin/python" ] || python3 -m venv "$cache/venv"
"$cache/venv/bin/pip" install --quiet --requirement training/requirements.txt

cp training/package.json "$cache/npm/"
(cd "$cache/npm" && npm install --no-audit --no-fund --silent)

printf 'training: ready in %s\n' "$cache" >&2
