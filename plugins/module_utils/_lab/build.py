# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's binaries: built from pinned Go modules into a cache, keyed by all that goes into them.

A wrapper module (a directory of the collection with go.mod and go.sum) pins each program; the cache lies
outside of any clone: `<cache>/<wrapper>-<hash of sources and flags>-<go version>/<binary>`.
"""

from __future__ import annotations

import fcntl
import functools
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .config import Config, LabError

Progress = Callable[[str], None]

GO_FLAGS = ("-mod=readonly", "-trimpath", "-buildvcs=false")
REPORT_SECONDS = 10.0
NO_GO = (
    "The lab's programs are not built yet, and there is no Go toolchain to build them with. Install "
    "Go {version} or newer (https://go.dev/dl, or your distribution's package) so that `go` is in PATH, "
    "or give the paths of ready binaries in the option `binaries`: {missing}."
)


@dataclass(frozen=True)
class Binary:
    """A program and where it comes from."""

    name: str
    wrapper: str
    package: str
    replaced: tuple[str, str] | None = None
    """A text of its main file that only a container fulfils, and what stands there instead."""
    variables: tuple[str, ...] = ()
    """What its linker writes into variables, as in `package.name=value`."""


BINARIES = {
    binary.name: binary
    for binary in (
        Binary("klab", "klab", "."),
        Binary("llm-d-inference-sim", "sim", "github.com/llm-d/llm-d-inference-sim/cmd/llm-d-inference-sim"),
        Binary("kserve-manager", "kserve", "github.com/kserve/kserve/cmd/manager"),
        Binary("kserve-llmisvc", "kserve", "github.com/kserve/kserve/cmd/llmisvc"),
        Binary("lws-manager", "lws", "sigs.k8s.io/lws/cmd"),
        Binary(
            "kueue",
            "kueue",
            "sigs.k8s.io/kueue/cmd/kueue",
            # where only root could put the certificate
            replaced=(
                '"/etc/kueue/metrics/certs"',
                'os.Getenv("TMPDIR") + "/k8s-webhook-server/serving-certs"',
            ),
        ),
        Binary("knative-webhook", "knative", "knative.dev/serving/cmd/webhook"),
        Binary(
            "knative-controller",
            "knative",
            "knative.dev/serving/cmd/controller",
            # a probe on a port that is the same for all
            replaced=(
                'sharedmain.MainWithConfig(ctx, "controller"',
                'sharedmain.MainWithConfig(sharedmain.WithHealthProbesDisabled(ctx), "controller"',
            ),
        ),
        Binary(
            "knative-autoscaler",
            "knative",
            "knative.dev/serving/cmd/autoscaler",
            # where the proxies of real pods would report
            replaced=('statsServerAddr = ":8080"', 'statsServerAddr = "127.0.0.1:0"'),
        ),
    )
}


def needed(config: Config) -> tuple[str, ...]:
    """The binaries that a lab of this shape runs."""
    switches = {
        "kserve-manager": config.controllers.kserve,
        "kserve-llmisvc": config.controllers.llmisvc,
        "lws-manager": config.controllers.lws,
        "kueue": config.controllers.kueue,
        "knative-webhook": config.controllers.knative,
        "knative-controller": config.controllers.knative,
        "knative-autoscaler": config.controllers.knative,
    }
    return tuple(name for name in BINARIES if switches.get(name, True))


def binaries(config: Config, progress: Progress) -> dict[str, Path]:
    """Finds or builds what the lab needs; the result maps a program's name to its path."""
    names = needed(config)
    unknown = sorted(set(config.binaries) - set(BINARIES))
    if unknown:
        raise LabError(f"binaries: {', '.join(unknown)} is none of {', '.join(BINARIES)}.")
    found = {name: _given(name, config.binaries[name]) for name in names if name in config.binaries}
    for name in names:
        if name not in found and (cached := _cached(config, BINARIES[name])):
            found[name] = cached
    missing = [name for name in names if name not in found]
    if missing and not go_version():
        version = go_required(config.sources / BINARIES[missing[0]].wrapper)
        raise LabError(NO_GO.format(version=version, missing=", ".join(missing)))
    for position, name in enumerate(missing, 1):
        progress(f"building {name} ({position} of {len(missing)})")
        found[name] = _build(config, BINARIES[name], progress)
    return found


def fingerprint(paths: Sequence[Path], *texts: str) -> str:
    """A short hash over the content of files and directories, and over texts."""
    digest = hashlib.sha256()
    for path in paths:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file():
                digest.update(f"{file.relative_to(path.parent)}\0".encode())
                digest.update(file.read_bytes())
    for text in texts:
        digest.update(f"\0{text}".encode())
    return digest.hexdigest()[:16]


@functools.cache
def go_version() -> str | None:
    """The version of the Go toolchain in PATH, as in `go1.26.8`."""
    go = shutil.which("go")
    if not go:
        return None
    answer = subprocess.run([go, "env", "GOVERSION"], capture_output=True, text=True, check=False)  # noqa: S603
    return answer.stdout.strip() or None


def go_required(wrapper: Path) -> str:
    """The Go version that a wrapper module asks for."""
    found = re.search(r"^go (\S+)$", (wrapper / "go.mod").read_text(), re.MULTILINE)
    return found[1] if found else "1.26"


def run_go(wrapper: Path, *arguments: str) -> str:
    """A go command in a wrapper module; its standard output."""
    answer = subprocess.run(  # noqa: S603
        ["go", *arguments],  # noqa: S607
        cwd=wrapper,
        env=_go_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode:
        raise LabError(f"`go {' '.join(arguments)}` in {wrapper} failed:\n{answer.stderr[-3000:]}")
    return answer.stdout


@contextmanager
def locked(path: Path, progress: Progress) -> Iterator[None]:
    """Holds a lock file; two commands that want the same work do it once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress(f"waiting for another command that holds {path}")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _given(name: str, path: Path) -> Path:
    if not (path.is_file() and os.access(path, os.X_OK)):
        raise LabError(f"binaries: {name} is given as {path}, which is not an executable file.")
    return path.resolve()


def _source_key(config: Config, binary: Binary) -> str:
    flags = (*GO_FLAGS, *_linker_flags(config, binary), *(binary.replaced or ()))
    return fingerprint([config.sources / binary.wrapper], *flags)


def _cached(config: Config, binary: Binary) -> Path | None:
    prefix = f"{binary.wrapper}-{_source_key(config, binary)}"
    version = go_version() or "*"
    found = sorted(config.cache.glob(f"{prefix}-{version}/{binary.name}"))
    return found[-1] if found else None


def _build(config: Config, binary: Binary, progress: Progress) -> Path:
    target = config.cache / f"{binary.wrapper}-{_source_key(config, binary)}-{go_version()}" / binary.name
    with locked(target.with_name(f".{binary.name}.lock"), progress):
        if target.exists():
            return target
        with tempfile.TemporaryDirectory(dir=target.parent) as directory:
            made = Path(directory) / binary.name
            _compile(config, binary, made, progress)
            made.replace(target)
    return target


def _compile(config: Config, binary: Binary, output: Path, progress: Progress) -> None:
    linker = " ".join(("-s", "-w", *_linker_flags(config, binary)))
    wrapper, package = _changed(config, binary, output.parent)
    command = ["go", "build", "-v", *GO_FLAGS, "-ldflags", linker, "-o", str(output), package]
    start = time.monotonic()
    with subprocess.Popen(  # noqa: S603
        command,
        cwd=wrapper,
        env=_go_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as build:
        said: list[str] = []

        def listen() -> None:
            said.extend(build.stderr or ())

        listener = threading.Thread(target=listen, daemon=True)
        listener.start()
        while True:
            try:
                status = build.wait(REPORT_SECONDS)
                break
            except subprocess.TimeoutExpired:
                progress(f"building {binary.name}: {_advance(said)}, {time.monotonic() - start:.0f} s")
        listener.join()
    if status:
        raise LabError(f"`{' '.join(command)}` failed:\n{''.join(said)[-3000:]}")
    progress(f"built {binary.name} in {time.monotonic() - start:.0f} s")


def _changed(config: Config, binary: Binary, directory: Path) -> tuple[Path, str]:
    """Where a program is compiled, and as what; with a changed main file, in a copy of its wrapper."""
    wrapper = config.sources / binary.wrapper
    if binary.replaced is None:
        return wrapper, binary.package
    original = Path(run_go(wrapper, "list", "-f", "{{.Dir}}", binary.package).strip()) / "main.go"
    text, instead = binary.replaced
    if text not in original.read_text():
        raise LabError(f"{original} has no {text} any more.")
    copy = directory / "module"
    shutil.copytree(wrapper, copy)
    for file in original.parent.glob("*.go"):
        if not file.name.endswith("_test.go"):
            (copy / file.name).write_text(file.read_text())
    (copy / "main.go").write_text(original.read_text().replace(text, instead))
    return copy, "."


def _advance(said: list[str]) -> str:
    downloads = sum(line.startswith("go: downloading") for line in said)
    return f"{downloads} modules downloaded, {len(said) - downloads} packages compiled"


def _linker_flags(config: Config, binary: Binary) -> tuple[str, ...]:
    """What Kubernetes says at /version comes from the linker."""
    written = tuple(f"-X {variable}" for variable in binary.variables)
    if binary.wrapper != "klab":
        return written
    version = kubernetes_version(config)
    major, minor, _patch = version.removeprefix("v").split(".")
    stamps = {"gitVersion": version, "gitMajor": major, "gitMinor": minor, "gitTreeState": "archive"}
    return written + tuple(
        f"-X {package}.{name}={value}"
        for package in ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
        for name, value in stamps.items()
    )


def kubernetes_version(config: Config) -> str:
    """The version of Kubernetes that the lab runs, as in `v1.37.1`."""
    found = re.search(
        r"^\s*k8s.io/kubernetes (v\S+)", (config.sources / "klab/go.mod").read_text(), re.MULTILINE
    )
    if not found:
        raise LabError(f"{config.sources}/klab/go.mod names no version of k8s.io/kubernetes.")
    return found[1]


def _go_environment() -> dict[str, str]:
    return {**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "", "GOWORK": "off"}
