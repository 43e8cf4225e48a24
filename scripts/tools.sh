#!/usr/bin/env bash
# Gets what the checks need beyond the Rust toolchain, only where it is missing. `./test` runs it first.
#
#   a C linker       Debian package `gcc` with `libc6-dev`; rustc links with it
#   ffmpeg, ffprobe  Debian package `ffmpeg`; tests let it make media and read their labels
#   rustfmt, clippy  components of the toolchain, by rustup
#   Python, ExifTool Debian packages `python3-venv`, `libimage-exiftool-perl`; they judge our pictures' parameters
#   Tesseract        Debian packages `tesseract-ocr`, `tesseract-ocr-chi-sim`; it reads the visible label
#   poppler, qpdf    Debian packages `poppler-utils`, `qpdf`; they read, paint and check labelled documents
#   Chromium, Node   Debian packages `chromium`, `fonts-noto-cjk`, `nodejs`, `npm`; they look at the studio's pages, with the
#                    npm packages of crates/danqing/tests/web/package.json
#
# cargo-nextest and cargo-deny are used where they are installed and not built here: that would take longer than
# the checks. Without the first, `cargo test` runs the tests; without the second, `cargo xtask licences` still does.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '%s\n' "tools: $*" >&2; }

install_packages() {
    local root=()
    [ "$(id -u)" = 0 ] || root=(sudo -n)
    if ! command -v apt-get >/dev/null; then
        say "\`$*\` is missing, and there is no apt-get to install it with; install it and run this again"
        exit 1
    fi
    say "installing $*"
    "${root[@]}" apt-get update -qq
    DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get install -qq -y --no-install-recommends "$@" >/dev/null
}

if ! command -v cargo >/dev/null; then
    say "cargo is not there: install Rust 1.95 or newer first, https://rustup.rs"
    exit 1
fi

command -v cc >/dev/null || install_packages gcc libc6-dev
command -v ffprobe >/dev/null || install_packages ffmpeg
python3 -c 'import ensurepip, venv' 2>/dev/null || install_packages python3 python3-venv
command -v exiftool >/dev/null || install_packages libimage-exiftool-perl
tesseract --list-langs 2>/dev/null | grep -qx chi_sim || install_packages tesseract-ocr tesseract-ocr-chi-sim
command -v pdftoppm >/dev/null || install_packages poppler-utils
command -v qpdf >/dev/null || install_packages qpdf

command -v chromium >/dev/null || install_packages chromium fonts-noto-cjk
command -v npm >/dev/null || install_packages nodejs npm
web="${DANQING_CACHE:-$HOME/.cache/danqing}/web"
if ! cmp -s crates/danqing/tests/web/package.json "$web/package.json"; then
    say "installing what drives the browser"
    mkdir -p "$web"
    npm install --prefix "$web" --silent --no-audit --no-fund --no-save --package-lock=false \
        $(node -p 'Object.entries(require("./crates/danqing/tests/web/package.json").dependencies).map((it) => it.join("@")).join(" ")')
    cp crates/danqing/tests/web/package.json "$web/package.json"
fi

for component in rustfmt clippy; do
    command=$([ "$component" = rustfmt ] && echo fmt || echo clippy)
    cargo "$command" --version >/dev/null 2>&1 && continue
    say "adding $component"
    if ! { command -v rustup >/dev/null && rustup component add "$component" >&2; }; then
        say "$component could not be added; its check will be skipped"
    fi
done
