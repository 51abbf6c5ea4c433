# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with a bucket, its keys or its region, told by what the server or the way to it said."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from .._fleet import Problem, Store
from .rclone import RcloneFailed

_CODE = re.compile(r"api error (\w+)")
_REGION = re.compile(r"""(?:expecting|Switched region to) ['"]([^'"]+)['"]""")
_STORE, _KEYS = "V-12", "V-19"


@dataclass(frozen=True, kw_only=True)
class _Fault:
    code: str
    key: str
    message: Callable[[Store], str]
    hint: str


_UNKNOWN_KEY = _Fault(
    code=_KEYS,
    key="access_key",
    message=lambda store: f"{server(store)} does not know this access key.",
    hint="Write a key of this server, or correct llm_stores[].endpoint.",
)
_WRONG_SECRET = _Fault(
    code=_KEYS,
    key="secret_key",
    message=lambda store: f"{server(store)} says that it does not belong to the access key.",
    hint="Write both keys of one pair.",
)
_FORBIDDEN = _Fault(
    code=_KEYS,
    key="",
    message=lambda store: f"its keys may not use bucket {store.bucket}.",
    hint="Give their owner the rights to list, read and write, or name other keys.",
)
_NO_BUCKET = _Fault(
    code=_STORE,
    key="bucket",
    message=lambda store: f"there is no bucket {store.bucket} at {server(store)}.",
    hint="Make it there, or write the name of one that exists.",
)
_WRONG_REGION = _Fault(
    code=_STORE,
    key="region",
    message=lambda store: f"{store.region or 'the default'} is not the region of bucket {store.bucket}.",
    hint="Write the region that the server names for it.",
)
_CLOCK = _Fault(
    code=_STORE,
    key="endpoint",
    message=lambda store: f"{server(store)} says that the clock of this machine is wrong.",
    hint="Set it right: requests are signed with the time.",
)
_BY_CODE = {
    "InvalidAccessKeyId": _UNKNOWN_KEY,
    "InvalidAccessKey": _UNKNOWN_KEY,
    "SignatureDoesNotMatch": _WRONG_SECRET,
    "AccessDenied": _FORBIDDEN,
    "Forbidden": _FORBIDDEN,
    "AllAccessDisabled": _FORBIDDEN,
    "NoSuchBucket": _NO_BUCKET,
    "AuthorizationHeaderMalformed": _WRONG_REGION,
    "PermanentRedirect": _WRONG_REGION,
    "IllegalLocationConstraintException": _WRONG_REGION,
    "RequestTimeTooSkewed": _CLOCK,
}
_CERTIFICATE = _Fault(
    code=_STORE,
    key="endpoint",
    message=lambda store: f"the certificate of {server(store)} is not trusted here.",
    hint="Give the file of its authority in the option ca_cert, or write verify_tls: false.",
)
_SCHEME = _Fault(
    code=_STORE,
    key="endpoint",
    message=lambda store: f"{server(store)} does not speak {(store.endpoint or '').partition(':')[0]}.",
    hint="Write the other one of http:// and https://, or the right port.",
)
_SILENT = _Fault(
    code=_STORE,
    key="endpoint",
    message=lambda store: f"{server(store)} does not answer this machine.",
    hint="Check scheme, host, port and proxies: this machine has to reach it.",
)
_BY_WORDS = (
    (re.compile(r"Switched region"), _WRONG_REGION),
    (re.compile(r"x509|certificate"), _CERTIFICATE),
    (re.compile(r"HTTP response to HTTPS client|malformed HTTP response"), _SCHEME),
    (re.compile(r"request send failed|dial tcp|timeout|deadline exceeded"), _SILENT),
)


def server(store: Store) -> str:
    return store.endpoint or "the public S3 service"


def told(store: Store, failed: RcloneFailed) -> Problem:
    """What to change, and the server's own words where they are not among those that are known."""
    said = str(failed)
    fault = _fault(failed, said)
    if fault is None:
        return Problem(code=_STORE, path=f"llm_stores[{store.name}]", message=said)
    owner = f"llm_stores[{store.name}]"
    if fault.code == _KEYS and store.secret is not None:
        owner = f"llm_secrets[{store.secret}]"
    elif fault.code == _KEYS:
        hint = "Name an entry of llm_secrets with keys: without one access is anonymous."
        return Problem(code=_KEYS, path=f"{owner}.secret", message="the bucket asks for keys.", hint=hint)
    region = _REGION.search(said)
    hint = f"Write {region[1]}." if fault is _WRONG_REGION and region else fault.hint
    path = f"{owner}.{fault.key}" if fault.key else owner
    return Problem(code=fault.code, path=path, message=fault.message(store), hint=hint)


def _fault(failed: RcloneFailed, said: str) -> _Fault | None:
    if failed.no_bucket:
        return _NO_BUCKET
    known = (_BY_CODE[code] for code in _CODE.findall(said) if code in _BY_CODE)
    by_words = (fault for words, fault in _BY_WORDS if words.search(said))
    return next(known, None) or next(by_words, None)
