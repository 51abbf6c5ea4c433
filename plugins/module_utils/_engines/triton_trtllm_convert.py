# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the conversion Job runs: from the model of the hub to engines and a model repository on a volume.

This file runs alone, from a ConfigMap, with the Python of the image and nothing else. All that it does is
told by ``convert.json`` beside it. Whatever state an earlier run left behind, the end is the same:

- The place of a conversion holds ``engine`` and ``model``, each with a mark ``ready`` that names the hash of
  the specification. Both marks with the right hash and no lock: nothing is done.
- Everything is made beside the place and moved there when it is complete: a failure leaves what was there.
- The lock is a directory, which only one can make. Its holder renews it; one that nobody renews is taken.
- What cannot come right by trying again ends with code 64, which the Job takes for its end.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import shutil
import signal
import socket
import string
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve()
PERMANENT = 64
"""Exit code of a failure that a further attempt would only repeat."""

PARTS = ("engine", "model")
MARK = "ready"

DOWNLOAD = """
import sys
from huggingface_hub import snapshot_download
source, revision, *unwanted = sys.argv[1:]
print(snapshot_download(source, revision=revision or None, ignore_patterns=unwanted))
"""
UNWANTED = ("*.pth", "*.gguf", "*.onnx", "*.msgpack", "*.h5", "original/*")
"""Copies of the weights in forms that are not converted."""
NO_WAY_IN = ("GatedRepoError", "RepositoryNotFoundError", "RevisionNotFoundError", "401 Client", "403 Client")

TOKENIZER = ("tokenizer*", "special_tokens_map.json", "vocab*", "merges.txt", "added_tokens.json", "*.model")
OTHER_FILES = ("config.json", "generation_config.json")


class Permanent(Exception):
    """A failure that a further attempt would only repeat."""


# the place, its marks and its lock


def is_complete(place: Path, wanted: str) -> bool:
    return all(_hash(place / part / MARK) == wanted for part in PARTS)


def _hash(mark: Path) -> str | None:
    try:
        found: str = json.loads(mark.read_text(encoding="utf-8"))["hash"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found


@contextlib.contextmanager
def locked(lock: Path, *, lease: float) -> Iterator[None]:
    """Holds the lock for as long as the block runs; waits for whoever holds it and lives."""
    owner = f"{socket.gethostname()}-{os.getpid()}"
    told = False
    while not _take(lock, owner):
        if _age(lock) > lease:
            _break(lock, owner)
            continue
        if not told:
            say(f"waiting for another conversion, which holds {lock}")
            told = True
        time.sleep(min(lease / 10, 5))
    done = threading.Event()
    renewing = threading.Thread(target=_renew, args=(lock, lease, done), daemon=True)
    renewing.start()
    try:
        yield
    finally:
        done.set()
        renewing.join()
        shutil.rmtree(lock, ignore_errors=True)


def _take(lock: Path, owner: str) -> bool:
    try:
        lock.mkdir()
    except FileExistsError:
        return False
    (lock / "owner").write_text(f"{owner}\n", encoding="utf-8")
    return True


def _age(lock: Path) -> float:
    """Seconds since it was renewed, by the clock of the volume's server, which may not be ours."""
    try:
        with tempfile.NamedTemporaryFile(dir=lock.parent, prefix=".clock-") as clock:
            return os.fstat(clock.fileno()).st_mtime - lock.stat().st_mtime
    except FileNotFoundError:
        return 0


def _break(lock: Path, owner: str) -> None:
    """Only one of those that find it abandoned succeeds in renaming it."""
    abandoned = lock.with_name(f"{lock.name}-abandoned-{owner}")
    with contextlib.suppress(FileNotFoundError):
        lock.rename(abandoned)
        say(f"took away the lock {lock}, which nobody renews")
    shutil.rmtree(abandoned, ignore_errors=True)


def _renew(lock: Path, lease: float, done: threading.Event) -> None:
    while not done.wait(lease / 4):
        with contextlib.suppress(OSError):
            os.utime(lock)


# the steps


def fetch(plan: dict[str, Any]) -> Path:
    """The directory of the original model: on the volume already, or downloaded into the common cache."""
    if plan["directory"]:
        found = Path(plan["directory"])
        if not (found / "config.json").is_file():
            raise Permanent(f"{found} holds no model: there is no config.json")
        return found
    environment = dict(os.environ)
    token = Path(plan["token"]) if plan["token"] else None
    if token is not None and token.is_file():
        environment["HF_TOKEN"] = token.read_text(encoding="utf-8").strip()
    say(f"downloading {plan['source']} into {environment.get('HF_HOME')}")
    ended = subprocess.run(  # noqa: S603 - arguments are never read by a shell
        [sys.executable, "-c", DOWNLOAD, plan["source"], plan["revision"] or "", *UNWANTED],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    sys.stderr.write(ended.stderr)
    if ended.returncode:
        last = ended.stderr.strip().splitlines()[-1:] or ["no word"]
        kind = Permanent if any(word in ended.stderr for word in NO_WAY_IN) else RuntimeError
        raise kind(f"cannot download {plan['source']}: {last[0]}")
    return Path(ended.stdout.strip().splitlines()[-1])


def family(raw: Path, plan: dict[str, Any]) -> str:
    kind = json.loads((raw / "config.json").read_text(encoding="utf-8")).get("model_type", "")
    found: str | None = plan["families"].get(kind)
    if found is None:
        known = ", ".join(sorted(plan["families"]))
        raise Permanent(f"no converter for models of type {kind!r}; there is one for {known}")
    return found


def run(argv: list[str]) -> None:
    say(shlex.join(argv))
    if argv[0].endswith("python3") and not Path(argv[1]).is_file():
        raise Permanent(
            f"the image has no {argv[1]}; conversion.options and the image's recipe tell where it is"
        )
    try:
        subprocess.run(argv, check=True)  # noqa: S603
    except FileNotFoundError as error:
        raise Permanent(f"the image has no {argv[0]}: is it an image with TensorRT-LLM?") from error
    except subprocess.CalledProcessError as error:
        raise RuntimeError(f"{Path(argv[0]).name} ended with {error.returncode}") from error


def copy_tokenizer(raw: Path, target: Path) -> None:
    target.mkdir()
    for pattern in (*TOKENIZER, *OTHER_FILES):
        for path in raw.glob(pattern):
            if path.is_file():
                shutil.copyfile(path, target / path.name)


def fill_repository(templates: Path, target: Path, models: dict[str, dict[str, str]]) -> None:
    """The image's templates of the models with our values; nothing that is no text may stay unfilled."""
    for name, values in models.items():
        source = templates / name
        if not (source / "config.pbtxt").is_file():
            raise Permanent(f"the image has no template {source}/config.pbtxt")
        shutil.copytree(source, target / name)
        (target / name / "1").mkdir(exist_ok=True)
        config = target / name / "config.pbtxt"
        filled = string.Template(config.read_text(encoding="utf-8")).safe_substitute(values)
        missing = [line.strip() for line in filled.splitlines() if unfilled(line)]
        if missing:
            raise Permanent(f"the image's template of {name} asks for what is not known here: {missing}")
        config.write_text(filled, encoding="utf-8")


def unfilled(line: str) -> bool:
    """The backend takes an unfilled text for one that is not given; anywhere else it is an error."""
    code = line.partition("#")[0]
    return "${" in code.replace('"${', "")


def convert(plan: dict[str, Any], work: Path) -> None:
    """Makes everything in *work*, and moves it to its place."""
    place = Path(plan["place"])
    raw = fetch(plan)
    words = {"{raw}": str(raw), "{work}": str(work), "{family}": ""}
    if any("{family}" in word for step in plan["steps"] for word in step):
        words["{family}"] = family(raw, plan)
    for step in plan["steps"]:
        line = step
        for word, value in words.items():
            line = [each.replace(word, value) for each in line]
        run(line)
    shutil.rmtree(work / "checkpoint", ignore_errors=True)
    (work / "engine").mkdir(exist_ok=True)
    (work / "model").mkdir()
    fill_repository(Path(plan["templates"]), work / "model", plan["models"])
    copy_tokenizer(raw, work / "tokenizer")
    for part in PARTS:
        (work / part / MARK).write_text(json.dumps({"hash": plan["hash"]}) + "\n", encoding="utf-8")
    if place.exists():
        before = place.with_name(f".{place.name}-before")
        shutil.rmtree(before, ignore_errors=True)
        place.rename(before)
        work.rename(place)
        shutil.rmtree(before, ignore_errors=True)
    else:
        work.rename(place)


def stop(_signum: int, _frame: object) -> None:
    raise SystemExit(128 + signal.SIGTERM)


def main() -> int:
    plan = json.loads(HERE.with_name("convert.json").read_text(encoding="utf-8"))
    place = Path(plan["place"])
    signal.signal(signal.SIGTERM, stop)
    place.parent.mkdir(parents=True, exist_ok=True)
    lock = place.with_name(f"{place.name}.lock")
    try:
        with locked(lock, lease=plan["lease"]):
            if is_complete(place, plan["hash"]):
                say(f"{place} is complete; nothing to do")
                return 0
            for left in place.parent.glob(f".{place.name}-work-*"):
                shutil.rmtree(left, ignore_errors=True)
            work = Path(tempfile.mkdtemp(dir=place.parent, prefix=f".{place.name}-work-"))
            work.chmod(0o755)
            try:
                convert(plan, work)
            finally:
                shutil.rmtree(work, ignore_errors=True)
            say(f"{place} is complete")
            return 0
    except Permanent as error:
        say(f"failed for good: {error}")
        return PERMANENT
    except (RuntimeError, OSError) as error:
        say(f"failed: {error}")
        return 1


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
