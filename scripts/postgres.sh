#!/usr/bin/env bash
# Prints the folder of PostgreSQL's server programs; installs the Debian package `postgresql` where there is none.
set -euo pipefail

newest() {
    { ls -d /usr/lib/postgresql/*/bin /usr/local/pgsql/bin 2>/dev/null || true; } | sort -V | while read -r folder; do
        if [ -x "$folder/initdb" ]; then echo "$folder"; fi
    done | tail -1
}

if [ -z "$(newest)" ] && command -v initdb >/dev/null; then
    dirname "$(command -v initdb)"
    exit
fi
if [ -z "$(newest)" ]; then
    root=()
    [ "$(id -u)" = 0 ] || root=(sudo -n)
    echo "tools: installing postgresql" >&2
    "${root[@]}" apt-get update -qq
    DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get install -qq -y --no-install-recommends postgresql >/dev/null
fi
newest
