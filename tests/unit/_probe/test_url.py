# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import datetime
import socket
import ssl
import time
from pathlib import Path

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._probe.asking import (
    NotReached,
    Question,
    Verdict,
    ask,
    open_url,
)
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.unit._probe.standin import Behaviour, serving

pytestmark = [pytest.mark.proof("E", stand_in="model server on loopback")]
HEALTH = Question(protocol="openai", checks=("health",))


def ask_health(url: str, **how: object) -> Verdict:
    return ask(open_url(url, **how), HEALTH, deadline=time.monotonic() + 5)  # type: ignore[arg-type]


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[ssl.SSLContext, str]:
    """A server's TLS context for `chat.example`, and the PEM to trust it by."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "chat.example")])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("chat.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = signed.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    both = tmp_path / "server.pem"
    both.write_bytes(secret + pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return context, pem.decode()


@pytest.mark.req("S2-47")
def test_a_host_that_does_not_resolve_is_asked_through_its_gateway() -> None:
    behaviour = Behaviour(host="chat-rag.invalid")
    with serving(behaviour) as place:
        assert ask_health("http://chat-rag.invalid", through=place).ok
        with pytest.raises(NotReached) as silence:
            ask_health("http://chat-rag.invalid")
    assert silence.value.code == "NotResolved"
    assert behaviour.seen[0][3]["Host"] == "chat-rag.invalid"


def test_the_path_of_the_url_comes_before_every_request() -> None:
    behaviour = Behaviour(status=200)
    with serving(behaviour) as place:
        assert ask_health(f"http://{place}/triton-demo-1/").ok
    assert behaviour.seen[0][1] == "/triton-demo-1/health"


def test_a_refused_connection_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with pytest.raises(NotReached) as silence:
        ask_health(f"http://127.0.0.1:{port}")
    assert silence.value.code == "Refused"
    assert silence.value.passing


@pytest.mark.req("S2-47")
def test_tls_is_checked_against_the_host_of_the_url(certificate: tuple[ssl.SSLContext, str]) -> None:
    context, ca = certificate
    with serving(Behaviour(), tls=context) as place:
        assert ask_health("https://chat.example", through=place, ca=ca).ok
        assert ask_health("https://other.example", through=place, verify_tls=False).ok
        with pytest.raises(NotReached) as other:
            ask_health("https://other.example", through=place, ca=ca)
        with pytest.raises(NotReached) as unknown:
            ask_health("https://chat.example", through=place)
    assert {other.value.code, unknown.value.code} == {"TlsNotTrusted"}
    assert not unknown.value.passing


def test_https_to_a_plain_port_is_told() -> None:
    with serving(Behaviour()) as place, pytest.raises(NotReached) as silence:
        ask_health(f"https://{place}", verify_tls=False)
    assert silence.value.code == "TlsFailed"


@pytest.mark.parametrize(
    "url", ["chat.example", "ftp://chat.example", "http://", "http://me:pw@chat.example"]
)
def test_what_is_no_usable_url_is_refused_without_repeating_a_password(url: str) -> None:
    with pytest.raises(ValueError, match="URL") as refusal:
        open_url(url)
    assert "pw" not in str(refusal.value)
