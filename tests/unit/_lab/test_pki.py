# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates and kubeconfigs."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._lab import pki
from cryptography import x509


@pytest.fixture
def made(tmp_path: Path) -> Path:
    assert pki.ensure(tmp_path, tmp_path / "pki", "https://127.0.0.1:6443")
    return tmp_path


def test_what_is_secret_is_readable_by_the_owner_only(made: Path) -> None:
    secret = [*made.glob("*.kubeconfig"), *(made / "pki").glob("*.key")]
    assert len(secret) > 10
    assert {stat.S_IMODE(path.stat().st_mode) for path in secret} == {0o600}


def test_they_are_made_once(made: Path) -> None:
    before = (made / "pki" / "ca.crt").read_bytes()
    assert not pki.ensure(made, made / "pki", "https://127.0.0.1:6443")
    assert (made / "pki" / "ca.crt").read_bytes() == before


def test_another_address_makes_new_ones_but_keeps_the_signer_of_tokens(made: Path) -> None:
    signer = (made / "pki" / "service-account.key").read_bytes()
    assert pki.ensure(made, made / "pki", "https://127.0.0.1:7443")
    assert (made / "pki" / "service-account.key").read_bytes() == signer
    cluster = json.loads((made / "admin.kubeconfig").read_text())["clusters"][0]["cluster"]
    assert cluster["server"] == "https://127.0.0.1:7443"


def test_users_are_who_rbac_expects(made: Path) -> None:
    certificate = x509.load_pem_x509_certificate((made / "pki" / "scheduler.crt").read_bytes())
    assert certificate.subject.rfc4514_string() == "CN=system:kube-scheduler"


def test_every_certificate_is_signed_by_its_authority(made: Path) -> None:
    def load(name: str) -> x509.Certificate:
        return x509.load_pem_x509_certificate((made / "pki" / f"{name}.crt").read_bytes())

    for name in ("apiserver", "etcd", "webhooks", "admin", "kwok-server"):
        load(name).verify_directly_issued_by(load("ca"))
    load("front-proxy-client").verify_directly_issued_by(load("front-proxy-ca"))
