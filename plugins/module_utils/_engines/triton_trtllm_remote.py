# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What mpirun calls in the place of ssh: runs a command in another pod, through the API server.

This file runs alone, from a ConfigMap, with the Python of the image and nothing else. Which container
of the pod, and with which account, is told by ``launch.json`` beside it.
"""

from __future__ import annotations

import base64
import json
import os
import socket
import ssl
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlencode

# of WebSocket, RFC 6455
CLOSE, PING, PONG = 8, 9, 10
LAST = 0x80
SHORT = 126
"""A size below it is written at once, this one stands for two bytes that follow, the next for eight."""

# of the protocol v4.channel.k8s.io: the first byte of a message
STDERR, ERROR = 2, 3


class Failed(Exception):
    """There is no way into the pod, or none back."""


def run(launch: dict[str, Any], pod: str, line: str) -> int:
    """Runs a line of shell in a pod, shows its output here, and gives its exit code."""
    account = Path(launch["account"])
    token, namespace = (
        (account / name).read_text(encoding="utf-8").strip() for name in ("token", "namespace")
    )
    host, port = os.environ["KUBERNETES_SERVICE_HOST"], int(os.environ["KUBERNETES_SERVICE_PORT"])
    query = [("container", launch["container"]), ("stdout", "1"), ("stderr", "1")]
    query += [("command", each) for each in ("/bin/sh", "-c", line)]
    head = (
        f"GET /api/v1/namespaces/{namespace}/pods/{pod}/exec?{urlencode(query)} HTTP/1.1",
        f"Host: {host}:{port}",
        f"Authorization: Bearer {token}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        "Sec-WebSocket-Protocol: v4.channel.k8s.io",
    )
    trust = ssl.create_default_context(cafile=str(account / "ca.crt"))
    raw = socket.create_connection((host, port), timeout=30)
    with trust.wrap_socket(raw, server_hostname=host) as stream, stream.makefile("rb") as incoming:
        stream.sendall(("\r\n".join(head) + "\r\n\r\n").encode())
        status = incoming.readline().decode().strip()
        size = 0
        while field := incoming.readline().decode().strip():
            name, _colon, value = field.partition(":")
            size = int(value) if name.lower() == "content-length" else size
        if " 101 " not in status:
            raise Failed(f"no way into pod {pod}: {status} {incoming.read(size).decode(errors='replace')}")
        stream.settimeout(None)
        return exit_code(messages(stream, incoming))


def messages(stream: ssl.SSLSocket, incoming: BinaryIO) -> Iterator[bytes]:
    """What comes over a WebSocket until it closes."""
    message = b""
    while head := incoming.read(2):
        last, code, size = head[0] & LAST, head[0] & 0x0F, head[1] & 0x7F
        if size >= SHORT:
            size = int.from_bytes(incoming.read(2 if size == SHORT else 8), "big")
        body = incoming.read(size)
        if code == CLOSE:
            return
        if code == PING:
            # Whatever a client sends is masked; a mask of zeros leaves it as it is.
            stream.sendall(struct.pack("!BB4x", LAST | PONG, LAST | len(body)) + body)
        elif code != PONG:
            message += body
            if last:
                yield message
                message = b""


def exit_code(received: Iterator[bytes]) -> int:
    """Shows the output, and takes the exit code out of the last message."""
    for message in received:
        channel, content = message[0], message[1:]
        if channel == ERROR:
            status = json.loads(content)
            if status.get("status") == "Success":
                return 0
            causes = (status.get("details") or {}).get("causes") or []
            told = [cause["message"] for cause in causes if cause.get("reason") == "ExitCode"]
            if told:
                return int(told[0])
            raise Failed(status.get("message") or "the command failed without a word")
        target = sys.stderr if channel == STDERR else sys.stdout
        target.buffer.write(content)
        target.flush()
    raise Failed("the connection ended before the command")


def main(pod: str, *words: str) -> int:
    launch = json.loads(Path(__file__).with_name("launch.json").read_text(encoding="utf-8"))
    try:
        return run(launch, pod, " ".join(words))
    except (Failed, OSError) as error:
        sys.stderr.write(f"{error}\n")  # where mpirun shows it
        return 1


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
