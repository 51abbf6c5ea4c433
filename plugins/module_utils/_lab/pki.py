# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates and kubeconfigs. Every lab has authorities of its own, so that no lab's user is known to
another.
"""

from __future__ import annotations

import base64
import datetime
import ipaddress
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .config import LabError

try:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
except ImportError:
    HAS_CRYPTOGRAPHY = False
else:
    HAS_CRYPTOGRAPHY = True

SERVICE_CIDR = "10.96.0.0/16"
VALID_FOR = datetime.timedelta(days=365)
LOOPBACK = ("127.0.0.1", "localhost")
# user of a kubeconfig → (common name, groups)
USERS = {
    "admin": ("lab-admin", ("system:masters",)),
    "controller-manager": ("system:kube-controller-manager", ()),
    "scheduler": ("system:kube-scheduler", ()),
    "kwok": ("lab-kwok", ("system:masters",)),
    "keeper": ("lab-keeper", ("system:masters",)),
    "kserve": ("lab-kserve", ("system:masters",)),
    "llmisvc": ("lab-llmisvc", ("system:masters",)),
    "lws": ("lab-lws", ("system:masters",)),
    "kueue": ("lab-kueue", ("system:masters",)),
    "knative-webhook": ("lab-knative-webhook", ("system:masters",)),
    "knative-controller": ("lab-knative-controller", ("system:masters",)),
    "knative-autoscaler": ("lab-knative-autoscaler", ("system:masters",)),
}


def write_private(path: Path, content: bytes) -> None:
    """Writes a file that only its owner could ever read."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def _new_key(path: Path) -> ec.EllipticCurvePrivateKey:
    key = ec.generate_private_key(ec.SECP256R1())
    write_private(
        path,
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
    )
    return key


def _subject(common_name: str, groups: Sequence[str] = ()) -> x509.Name:
    return x509.Name(
        [
            *(x509.NameAttribute(NameOID.ORGANIZATION_NAME, group) for group in groups),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


@dataclass(frozen=True)
class _Authority:
    directory: Path
    subject: x509.Name
    key: ec.EllipticCurvePrivateKey

    @classmethod
    def create(cls, directory: Path, name: str) -> _Authority:
        authority = cls(directory, _subject(name), _new_key(directory / f"{name}.key"))
        usage = x509.KeyUsage(
            digital_signature=True,
            key_cert_sign=True,
            crl_sign=True,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            encipher_only=False,
            decipher_only=False,
        )
        builder = authority._builder(authority.subject, authority.key.public_key(), is_authority=True)
        authority._write(name, builder.add_extension(usage, critical=True))
        return authority

    def issue(
        self, file: str, common_name: str, *, groups: Sequence[str] = (), server_names: Sequence[str] = ()
    ) -> None:
        key = _new_key(self.directory / f"{file}.key")
        usages = [ExtendedKeyUsageOID.CLIENT_AUTH]
        builder = self._builder(_subject(common_name, groups), key.public_key(), is_authority=False)
        if server_names:
            usages.append(ExtendedKeyUsageOID.SERVER_AUTH)
            names = x509.SubjectAlternativeName([_alternative(name) for name in server_names])
            builder = builder.add_extension(names, critical=False)
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        builder = builder.add_extension(identifier, critical=False)
        self._write(file, builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False))

    def _builder(
        self, subject: x509.Name, public_key: ec.EllipticCurvePublicKey, *, is_authority: bool
    ) -> x509.CertificateBuilder:
        now = datetime.datetime.now(datetime.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.subject)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(hours=1))
            .not_valid_after(now + VALID_FOR)
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        )

    def _write(self, file: str, builder: x509.CertificateBuilder) -> None:
        certificate = builder.sign(self.key, hashes.SHA256())
        (self.directory / f"{file}.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def _expires_soon(certificate: Path) -> bool:
    if not certificate.exists():
        return True
    end = x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc
    return end < datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=7)


def ensure(directory: Path, pki: Path, address: str) -> bool:
    """Makes certificates and kubeconfigs unless they are there and valid; returns whether it did."""
    if not HAS_CRYPTOGRAPHY:
        raise LabError("the lab makes certificates with the Python package cryptography: install it")
    complete = directory / "admin.kubeconfig"
    if complete.exists() and not _expires_soon(pki / "apiserver.crt") and address in complete.read_text():
        return False
    pki.mkdir(mode=0o700, parents=True, exist_ok=True)
    _create(pki)
    for user in USERS:
        path = directory / f"{user}.kubeconfig"
        write_private(path, json.dumps(_kubeconfig(pki, address, user), indent=1).encode())
    return True


def _create(pki: Path) -> None:
    authority = _Authority.create(pki, "ca")
    first_service_ip = str(next(ipaddress.ip_network(SERVICE_CIDR).hosts()))
    in_cluster = (
        "kubernetes",
        "kubernetes.default",
        "kubernetes.default.svc",
        "kubernetes.default.svc.cluster.local",
    )
    authority.issue("apiserver", "kube-apiserver", server_names=(*LOOPBACK, first_service_ip, *in_cluster))
    authority.issue("etcd", "etcd", server_names=LOOPBACK)
    authority.issue("kwok-server", "kwok", server_names=LOOPBACK)
    authority.issue("webhooks", "webhooks", server_names=LOOPBACK)
    authority.issue("kubelet-client", "kube-apiserver-kubelet-client", groups=("system:masters",))
    for user, (common_name, groups) in USERS.items():
        authority.issue(user, common_name, groups=groups)
    # An authority of its own: whoever it signs may speak for any user.
    _Authority.create(pki, "front-proxy-ca").issue("front-proxy-client", "front-proxy-client")
    signer = pki / "service-account.key"
    if not signer.exists():  # tokens that were handed out stay valid
        public = _new_key(signer).public_key()
        (pki / "service-account.pub").write_bytes(
            public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        )


def _kubeconfig(pki: Path, address: str, user: str) -> dict[str, object]:
    def data(file: str) -> str:
        return base64.b64encode((pki / file).read_bytes()).decode()

    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "lab",
        "clusters": [
            {"name": "lab", "cluster": {"server": address, "certificate-authority-data": data("ca.crt")}}
        ],
        "users": [
            {
                "name": user,
                "user": {
                    "client-certificate-data": data(f"{user}.crt"),
                    "client-key-data": data(f"{user}.key"),
                },
            }
        ],
        "contexts": [{"name": "lab", "context": {"cluster": "lab", "user": user}}],
    }
