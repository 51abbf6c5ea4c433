# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""rclone, which learns of the bucket from its environment alone: arguments are for everyone to read."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from .._fleet import Secret, Store
from .._stores.s3 import rclone_environment

Say = Callable[[str], None]

_REMOTE = "store"
_SETTING = f"RCLONE_CONFIG_{_REMOTE.upper()}_"
_OTHERS = ("RCLONE_", "AWS_")
"""Begin variables that would say something else of the bucket, or have keys written to the log."""
_ASKING = ("--retries=1", "--low-level-retries=2", "--contimeout=15s", "--timeout=60s")
"""So that a question about a bucket soon has an answer."""
_NO_SUCH_DIRECTORY = 3
"""How rclone ends where there is no such bucket; a path in one is never missing, only empty."""
_ELSEWHERE = "Switched region"
"""What rclone says when it got over a wrong region by itself, as no engine does."""
_SAID = frozenset({"error", "critical", "fatal"})
_NEWS = "30s"
_GB = 10**9


@dataclass(frozen=True, kw_only=True)
class Object:
    size: int
    md5: str
    """Empty where the server does not know it."""


class RcloneFailed(Exception):
    """What rclone said at its end."""

    def __init__(self, said: str, *, no_bucket: bool = False) -> None:
        super().__init__(said)
        self.no_bucket = no_bucket


def find_rclone(program: str) -> str | None:
    """The path of the program; None where there is none."""
    return shutil.which(os.path.expanduser(program))


@dataclass(frozen=True, kw_only=True)
class Remote:
    """A bucket's server, as seen by one pair of keys."""

    program: str
    environment: Mapping[str, str] = field(repr=False)

    @classmethod
    def of(cls, store: Store, *, program: str, keys: Secret | None, ca_file: str | None) -> Remote:
        settings = {"TYPE": "s3", "ENV_AUTH": "false", "NO_CHECK_BUCKET": "true"}
        if keys is not None:
            settings |= {
                "ACCESS_KEY_ID": keys.access_key or "",
                "SECRET_ACCESS_KEY": keys.secret_key or "",
            }
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(_OTHERS)}
        environment = {
            **inherited,
            "RCLONE_CONFIG": "",  # no file
            **{_SETTING + name: value for name, value in settings.items()},
            **rclone_environment(store, prefix=_SETTING, ca_file=ca_file),
        }
        return cls(program=program, environment=environment)

    def listing(self, path: str) -> dict[str, Object]:
        """The files below a path of the bucket, by their path below it."""
        options = (
            "--recursive",
            "--files-only",
            "--no-modtime",
            "--no-mimetype",
            "--hash",
            "--hash-type=md5",
        )
        listed = json.loads(self._run("lsjson", f"{_REMOTE}:{path}", *options, *_ASKING))
        return {
            one["Path"]: Object(size=one["Size"], md5=one.get("Hashes", {}).get("md5", "")) for one in listed
        }

    def copy(self, source: str, path: str, files: Sequence[str], say: Say) -> None:
        """Sends these files, whatever is there, and tells from time to time how far that is."""
        with _listed(files) as listed:
            self._run(
                *("copy", source, f"{_REMOTE}:{path}", listed),
                *("--no-traverse", "--ignore-times", "--copy-links", "--log-level=INFO", f"--stats={_NEWS}"),
                say=say,
            )

    def delete(self, path: str, files: Sequence[str]) -> None:
        with _listed(files) as listed:
            self._run("delete", f"{_REMOTE}:{path}", listed)

    def _run(self, *arguments: str, say: Say = lambda line: None) -> str:
        """What the command prints. Raises RcloneFailed with what it said of its errors."""
        command = [self.program, *arguments, "--use-json-log"]
        with (
            tempfile.TemporaryFile("w+", encoding="utf-8") as output,
            subprocess.Popen(  # noqa: S603 - arguments are never read by a shell
                command,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
            ) as process,
        ):
            said = list(_complaints(process.stderr or (), say))
            status = process.wait()
            output.seek(0)
            printed = output.read()
        if status or any(_ELSEWHERE in line for line in said):
            text = "\n".join(dict.fromkeys(said)) or f"rclone {arguments[0]} ended with {status}."
            raise RcloneFailed(text, no_bucket=status == _NO_SUCH_DIRECTORY)
        return printed


def _complaints(log: Iterable[str], say: Say) -> Iterator[str]:
    """What is an error in rclone's log, and the news of a transfer on the way."""
    for line in log:
        try:
            entry = json.loads(line)
        except ValueError:
            yield line.strip()
            continue
        if entry.get("level") in _SAID or _ELSEWHERE in entry.get("msg", ""):
            yield " ".join(part for part in (entry.get("object", ""), entry["msg"].strip()) if part)
        stats = entry.get("stats", {})
        if stats.get("bytes", 0) < stats.get("totalBytes", 0):
            say(_news(stats))


def _news(stats: Mapping[str, Any]) -> str:
    done, total, speed = (stats[name] / _GB for name in ("bytes", "totalBytes", "speed"))
    return f"{done:.1f} of {total:.1f} GB sent, {speed * 1000:.0f} MB/s"


@contextmanager
def _listed(files: Sequence[str]) -> Iterator[str]:
    """An option with a file of names: a command line has an end."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".names") as names:
        names.writelines(f"{name}\n" for name in files)
        names.flush()
        yield f"--files-from-raw={names.name}"
