#!/usr/bin/env bash
# Prints the Python that has the S3-compatible server of the tests; makes its environment where there is none.
set -euo pipefail
cd "$(dirname "$0")/.."

requirements=crates/store/tests/requirements.txt
venv="${DANQING_CACHE:-$HOME/.cache/danqing}/s3-$(sha256sum "$requirements" | cut -c1-12)"
if [ ! -e "$venv/complete" ]; then
    echo "tools: installing $(cat "$requirements")" >&2
    rm -rf "$venv"
    python3 -m venv "$venv" >&2
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$requirements" >&2
    touch "$venv/complete"
fi
echo "$venv/bin/python"
