#!/usr/bin/env bash
# Prints the Python that has the clients of the tests, or with `node` a folder with those in JavaScript; installs them
# where they are missing. Versions: crates/danqing/tests/cli/clients/requirements.txt and package.json.
set -euo pipefail
cd "$(dirname "$0")/../crates/danqing/tests/cli/clients"

cache="${DANQING_CACHE:-$HOME/.cache/danqing}"
say() { printf '%s\n' "tools: $*" >&2; }

case "${1:-python}" in
python)
    venv="$cache/clients-$(sha256sum requirements.txt | cut -c1-12)"
    if [ ! -e "$venv/complete" ]; then
        say "installing $(tr '\n' ' ' <requirements.txt)"
        rm -rf "$venv"
        python3 -m venv "$venv" >&2
        "$venv/bin/pip" install --quiet --disable-pip-version-check -r requirements.txt >&2
        touch "$venv/complete"
    fi
    echo "$venv/bin/python"
    ;;
node)
    folder="$cache/clients-node-$(sha256sum package.json | cut -c1-12)"
    if [ ! -e "$folder/complete" ]; then
        say "installing clients in JavaScript"
        rm -rf "$folder"
        mkdir -p "$folder"
        cp package.json "$folder"
        npm install --prefix "$folder" --silent --no-audit --no-fund --ignore-scripts >&2
        touch "$folder/complete"
    fi
    echo "$folder"
    ;;
*)
    echo "scripts/clients.sh [python|node]" >&2
    exit 2
    ;;
esac
