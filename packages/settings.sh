#!/usr/bin/env bash
# shellcheck disable=SC2034 # the scripts that read this use the variables
# What the scripts of this folder share; they read it with `source`, in the root of the checkout.
# The same commit gives the same bytes in any folder and on any day: SOURCE_DATE_EPOCH is by default the time of the last
# commit that changed more than packages/checksums.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct -- . ':!packages/checksums' 2>/dev/null || echo 0)}
export SOURCE_DATE_EPOCH LC_ALL=C
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)
out=$PWD/target/packages
# Cargo's profile; tests may name one that builds in less time.
PROFILE=${PROFILE:-dist}
umask 022

# platform NAME: sets what is known of a platform, by the name that npm and VS Code use for it.
platform() {
  deb='' program=initflow
  case $1 in
    linux-x64) triple=x86_64-unknown-linux-gnu archive=x86_64-linux deb=amd64 title="Linux on x86-64" ;;
    linux-arm64) triple=aarch64-unknown-linux-musl archive=aarch64-linux deb=arm64 title="Linux on arm64" ;;
    win32-x64) triple=x86_64-pc-windows-gnu archive=x86_64-windows program=initflow.exe title="Windows on x86-64" ;;
    darwin-arm64) triple=aarch64-apple-darwin archive=aarch64-macos title="macOS on arm64" ;;
    darwin-x64) triple=x86_64-apple-darwin archive=x86_64-macos title="macOS on x86-64" ;;
    *) echo "unknown platform \`$1\`" >&2 && return 2 ;;
  esac
  # The tags of its wheel. The programs for Linux are static, so they run beside any C library.
  case $1 in
    linux-*) wheel=manylinux_2_17_${triple%%-*}.musllinux_1_1_${triple%%-*} ;;
    win32-x64) wheel=win_amd64 ;;
    darwin-arm64) wheel=macosx_12_0_arm64 ;;
    darwin-x64) wheel=macosx_12_0_x86_64 ;;
  esac
}

# Gives all files of a package the same time.
age() {
  find "$1" -exec touch -hd "@$SOURCE_DATE_EPOCH" {} +
}

# Installs the Python packages for the other platforms into their own environment, whose path it prints.
python_tools() {
  local venv=$PWD/target/cross/venv
  if [[ $(cat "$venv/installed" 2>/dev/null) != "$(cat packages/requirements.txt)" ]]; then
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install -q --disable-pip-version-check -r packages/requirements.txt
    cp packages/requirements.txt "$venv/installed"
  fi >&2
  echo "$venv"
}

# Lists the checksums of all packages.
checksums() {
  (cd "$out" && find . -maxdepth 1 -type f -name 'initflow[-_.]*' -printf '%f\n' | sort | xargs sha256sum >SHA256SUMS && cat SHA256SUMS)
}
