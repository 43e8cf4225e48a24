#!/usr/bin/env bash
# Tests the portable path as an Arm processor runs it: kernels and engine, compiled for aarch64 and emulated.
#
#   scripts/arm.sh            tests of both crates
#   scripts/arm.sh ARGUMENTS  what `cargo test` shall do instead, as `scripts/arm.sh -p danqing-kernels`
#
# Gets the compiler's target by rustup, and a linker and an emulator by apt (Debian packages gcc-aarch64-linux-gnu,
# libc6-dev-arm64-cross, qemu-user), where they are missing. An emulated processor is ten to thirty times slower.
set -euo pipefail
cd "$(dirname "$0")/.."
target=aarch64-unknown-linux-gnu

rustup target list --installed | grep -qx "$target" || rustup target add "$target"

if ! command -v aarch64-linux-gnu-gcc >/dev/null || ! command -v qemu-aarch64 >/dev/null; then
    root=()
    [ "$(id -u)" = 0 ] || root=(sudo -n)
    "${root[@]}" apt-get update -qq
    DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get install -qq -y --no-install-recommends \
        gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user >/dev/null
fi

export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER="qemu-aarch64 -L /usr/aarch64-linux-gnu"
[ $# -gt 0 ] || set -- -p danqing-kernels -p danqing-engine
cargo test --target "$target" --locked "$@"
