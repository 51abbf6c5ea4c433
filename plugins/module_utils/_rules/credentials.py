# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-19: credentials are whole, come from one place, and are nowhere else. Values are never shown."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping

from .._catalogue.secret_names import names_secret
from .._catalogue.vllm import given
from .._fleet import Fleet, Problem, Secret
from .._fleet.environment import own_fields, written_fields
from .._fleet.records import RegistryLogin
from .._plan import ServicePlan
from .._platforms.kserve_secret import kserve_annotations
from .finding import Plans, at, error, warning

CODE = "V-19"

HIDDEN = "(values are not shown)"
NGC, NGC_USER = "nvcr.io", "$oauthtoken"
STORE_SECRETS = {"s3": "s3", "oci": "registry", "hf": "hf-token"}
"""Kind of a store → kind of its secret."""
SECRET_OPTIONS = ("api_key", "hf_token")

_FIRST_PRINTABLE = ord(" ")
_LONGEST_CHANCE = 6
"""Characters of a text that may decode to something printable by chance."""

_SECRET_VALUE = re.compile(
    r"hf_[A-Za-z0-9]{20,}|nvapi-[\w-]{20,}|(AKIA|ASIA)[0-9A-Z]{16}|gh[pousr]_\w{30,}|sk-[\w-]{20,}"
)


def check(fleet: Fleet, plans: Plans) -> Iterator[Problem]:
    for secret in fleet.secrets.values():
        yield from _source(secret)
        yield from _logins(secret)
        yield from _user(secret)
    yield from _kinds(fleet)
    for plan in plans:
        yield from _token(fleet, plan)
        yield from _leaks(plan)
        yield from _place(fleet, plan)


def _source(secret: Secret) -> Iterator[Problem]:
    path = f"llm_secrets[{secret.name}]"
    fields, written = own_fields(secret.kind), written_fields(secret)
    sources = [name for name in ("existing", "env") if getattr(secret, name)]
    own = " and ".join(fields)
    if len(sources) + bool(written) > 1:
        yield error(
            CODE, path, f"has more than one source. {HIDDEN}", f"Keep one of existing, env, or {own}."
        )
    elif not sources and not written:
        yield error(CODE, path, "has no source.", f"Write one of existing, env, or {own}.")
    elif not sources and len(written) < len(fields):
        missing = " and ".join(name for name in fields if name not in written)
        yield error(CODE, f"{path}.{missing}", "is missing.", "Write both keys.")


def _logins(secret: Secret) -> Iterator[Problem]:
    for login in secret.registries:
        path = f"llm_secrets[{secret.name}].registries[{login.server}]"
        if login.username.startswith("\\"):
            hint = f"Write {login.username.lstrip(chr(92))} as it is. {HIDDEN}"
            yield error(CODE, f"{path}.username", "starts with a backslash.", hint)
        elif login.server == NGC and login.username != NGC_USER:
            message = f"the user of {NGC} is the literal {NGC_USER}."
            yield error(CODE, f"{path}.username", message, f"Write {NGC_USER}.")
        if not login.password:
            hint = "Check the variable or the vault that it comes from."
            yield error(CODE, f"{path}.password", "is empty.", hint)
        if _is_encoded_login(login):
            message = f"holds user and password in base64. {HIDDEN}"
            yield error(
                CODE, f"{path}.password", message, "Write the password itself; it is encoded for you."
            )


def _user(secret: Secret) -> Iterator[Problem]:
    """A client's user name and password, as they go into a line of Envoy's list of users."""
    if secret.kind != "basic-auth" or secret.existing:
        return
    path = f"llm_secrets[{secret.name}]"
    name, password = secret.username, secret.password or ""
    if not name:
        yield error(CODE, f"{path}.username", "is missing.", "Write the user name; there is no default.")
    elif ":" in name or not name.isprintable() or name != name.strip():
        hint = "Use printable characters without a colon."
        yield error(CODE, f"{path}.username", "is no user name that a client can send.", hint)
    if any(ord(character) < _FIRST_PRINTABLE for character in password):
        hint = "Check the file or the vault that it comes from."
        yield error(
            CODE, f"{path}.password", f"holds a line break or another control character. {HIDDEN}", hint
        )
    if _is_encoded_text(password):
        hint = "Write the password itself; it is encoded for you."
        yield warning(CODE, f"{path}.password", f"looks like base64, and is used as it is. {HIDDEN}", hint)


def _is_encoded_text(text: str) -> bool:
    """Whether it is the canonical base64 of a printable text, which no password is by chance."""
    try:
        decoded = base64.b64decode(text, validate=True)
        plain = decoded.decode()
    except (binascii.Error, ValueError):
        return False
    return (
        len(plain) >= _LONGEST_CHANCE and plain.isprintable() and base64.b64encode(decoded).decode() == text
    )


def _is_encoded_login(login: RegistryLogin) -> bool:
    try:
        decoded = base64.b64decode(login.password, validate=True)
    except (binascii.Error, ValueError):
        return False
    return decoded.startswith(f"{login.username}:".encode())


def _kinds(fleet: Fleet) -> Iterator[Problem]:
    """Each reference names a secret of the kind that its place needs."""
    references = [
        (f"llm_stores[{store.name}].secret", store.secret, STORE_SECRETS.get(store.kind, ""))
        for store in fleet.stores.values()
    ]
    references.append(("llm_cluster.registry.pull_secret", fleet.cluster.registry.pull_secret, "registry"))
    references += [
        (f"llm_serving[{service.name}].pull_secrets[{index}]", name, "registry")
        for service in fleet.services
        for index, name in enumerate(service.pull_secrets)
    ]
    references += [
        (f"llm_serving[{service.name}].expose.auth.{key}", name, kind)
        for service in fleet.services
        for key, name, kind in (
            ("basic", service.expose.auth.basic, "basic-auth"),
            ("api_key", service.expose.auth.api_key, "api-key"),
        )
    ]
    for path, name, kind in references:
        if name and fleet.secrets[name].kind != kind:
            message = f"{name} is a secret of kind {fleet.secrets[name].kind}."
            yield error(CODE, path, message, f"Name one of kind {kind}.")


def _token(fleet: Fleet, plan: ServicePlan) -> Iterator[Problem]:
    if not plan.engine.loads_model or plan.location.delivery != "hub" or plan.hub_offline:
        return
    if plan.gated and not plan.store.secret:
        message = f"{plan.model.source} is gated, and no token is given."
        hint = "Add a store of kind hf with a secret of kind hf-token, and name it in llm_models[].store."
        yield error(CODE, f"llm_models[{plan.model.name}].source", message, hint)


def _place(fleet: Fleet, plan: ServicePlan) -> Iterator[Problem]:
    """KServe's storage initializer finds the place of a bucket beside its keys, once in a Secret."""
    if plan.location.delivery != "uri" or plan.store.kind != "s3" or not plan.store.secret:
        return
    for other in fleet.stores.values():
        if (other.kind, other.secret) != ("s3", plan.store.secret):
            continue
        if kserve_annotations(other) != kserve_annotations(plan.store):
            message = f"{other.name} has it too and lies elsewhere; KServe reads the place in the Secret."
            hint = "Write the keys as a secret of its own for each place."
            yield error(CODE, f"llm_stores[{plan.store.name}].secret", message, hint)


def _leaks(plan: ServicePlan) -> Iterator[Problem]:
    service = plan.service
    for name, value in service.env.items():
        if names_secret(name) or _SECRET_VALUE.search(value):
            message = f"looks like a credential. {HIDDEN}"
            yield error(CODE, at(plan, f"env.{name}"), message, "Give it in llm_secrets and refer to it.")
    for argument in given(service.engine_args.extra):
        if argument.name in SECRET_OPTIONS:
            message = f"{argument.written} shows a credential to everyone who can see the pod. {HIDDEN}"
            path = at(plan, f"engine_args.extra[{argument.index}]")
            yield error(CODE, path, message, "Remove it and give the credential in llm_secrets.")
    places: dict[str, Mapping[str, str]] = {"labels": service.labels, "annotations": service.annotations}
    places["engine_args.extra"] = {str(i): item for i, item in enumerate(service.engine_args.extra)}
    for place, values in places.items():
        for name, text in values.items():
            if _SECRET_VALUE.search(text):
                message = f"holds what looks like a credential. {HIDDEN}"
                yield error(CODE, at(plan, f"{place}.{name}"), message, "Give it in llm_secrets.")
