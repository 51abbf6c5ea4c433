#!/usr/bin/python
# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: object_store
short_description: Models and model repositories into buckets
version_added: 0.1.0
author: Inferops contributors (@inferops)
description:
  - Sends to buckets what services read from there. The repository of a service that reads one from an
    O(llm_stores) entry of kind V(s3) is rendered from the inventory; weights, adapters and repositories of
    one's own come from directories of the machine that runs the task.
  - A file goes where the services of the inventory look for it. It is sent when its checksum differs from
    that in the bucket; a second run sends nothing.
  - Before anything is written every bucket is asked whether it exists, whether the keys are right and
    whether it is in the region, and the layout of every repository is checked, here and in the bucket. What
    was sent is listed and compared afterwards.
  - The way is C(rclone), which learns of a bucket from its environment alone. No key is in a file, in the
    arguments of a process, or in the output, whatever the verbosity.
options:
  mode:
    description:
      - V(apply) sends what is missing or different.
      - V(verify) writes nothing and fails where something is missing, different or at the wrong place.
    type: str
    choices: [apply, verify]
    default: apply
  names:
    description:
      - Names of the services of O(llm_serving) whose repositories are rendered. Left out or empty, all of
        them.
    type: list
    elements: str
    default: []
  rendered:
    description:
      - Whether the repositories of services are rendered and sent. With V(false) only O(uploads) are.
    type: bool
    default: true
  uploads:
    description:
      - Directories to send. Hidden directories in them stay behind; links count as what they lead to.
    type: list
    elements: dict
    default: []
    suboptions:
      src:
        description:
          - The directory. A relative path begins at the directory of the playbook.
        type: path
        required: true
      model:
        description:
          - Entry of O(llm_models) whose files it holds. They go to C(<bucket>/<prefix>/<source>), from where
            KServe fetches them or a container copies them.
        type: str
      adapter:
        description:
          - Adapter of O(uploads[].model) whose files it holds, instead of the model's own.
        type: str
      repository:
        description:
          - Entry of O(llm_stores) that gets its models as a repository for Triton. Each is a directory with a
            C(config.pbtxt); they go to C(<bucket>/<prefix>), or C(<bucket>/model_repository) without prefix.
        type: str
  delete:
    description:
      - Whether files of an uploaded model that are no longer in its directory are deleted from the bucket.
        Other models and other files of the bucket are never deleted.
    type: bool
    default: false
  rclone:
    description:
      - The program C(rclone), by name or path.
    type: path
    default: rclone
  ca_cert:
    description:
      - File with the certificates of a private authority for the endpoints. The ConfigMap of
        O(llm_stores[].ca) is read in the cluster only.
    type: path
attributes:
  check_mode:
    support: full
    details:
      - Buckets are read, and RV(uploads) lists what would be sent and deleted.
  diff_mode:
    support: partial
    details:
      - The difference names files with their sizes, and does not show what is in them.
  idempotent:
    support: full
extends_documentation_fragment:
  - inferops.serving.attributes
  - inferops.serving.checking
  - inferops.serving.fleet
notes:
  - Where an entry of O(llm_secrets) is C(existing), its keys are in the cluster alone. Then
    E(AWS_ACCESS_KEY_ID) and E(AWS_SECRET_ACCESS_KEY) of the task are used.
seealso:
  - module: inferops.serving.services
  - module: inferops.serving.secrets
"""

EXAMPLES = r"""
- name: Send the repositories that the services of the inventory read from buckets
  inferops.serving.object_store:
    llm_secrets: "{{ llm_secrets }}"
    llm_stores: "{{ llm_stores }}"
    llm_models: "{{ llm_models }}"
    llm_serving: "{{ llm_serving }}"

- name: Send weights for KServe, and a repository of one's own for Triton
  inferops.serving.object_store:
    rendered: false
    uploads:
      - {src: /data/llama-3-8b, model: llama-8b}
      - {src: /data/model_repository, repository: bucket}
    llm_secrets: "{{ llm_secrets }}"
    llm_stores: "{{ llm_stores }}"
    llm_models: "{{ llm_models }}"

- name: See whether all is there
  inferops.serving.object_store:
    mode: verify
    llm_secrets: "{{ llm_secrets }}"
    llm_stores: "{{ llm_stores }}"
    llm_models: "{{ llm_models }}"
    llm_serving: "{{ llm_serving }}"
"""

RETURN = r"""
uploads:
  description: What went where, or in check mode would go.
  type: list
  elements: dict
  returned: success
  contains:
    origin:
      description: Where the inventory or the task asks for it.
      type: str
      sample: llm_serving[gpt2]
    dest:
      description: Bucket and path.
      type: str
      sample: models/model_repository
    sent:
      description: Files that were sent, below RV(uploads[].dest).
      type: list
      elements: str
      sample: [vllm_model/config.pbtxt, vllm_model/1/model.json]
    size:
      description: Bytes that were sent.
      type: int
      sample: 512
    unchanged:
      description: How many files were there already.
      type: int
      sample: 0
    extra:
      description: Files of its models in the bucket that are not in its directory.
      type: list
      elements: str
      sample: []
    deleted:
      description: Which of them were deleted.
      type: list
      elements: str
      sample: []
problems:
  description: What is wrong in the inventory, with a directory or with a bucket.
  type: list
  elements: dict
  returned: when something is wrong before anything is written
  sample:
    - code: V-12
      path: llm_stores[bucket].bucket
      message: there is no bucket modles at https://s3.example:443.
      hint: Make it there, or write the name of one that exists.
      severity: error
"""

import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

from ansible_collections.inferops.serving.plugins.module_utils._apply.progress import progress
from ansible_collections.inferops.serving.plugins.module_utils._fleet import Problem
from ansible_collections.inferops.serving.plugins.module_utils._inventory import UnknownService, choose
from ansible_collections.inferops.serving.plugins.module_utils._inventory.module import (
    CHECKING,
    FleetModule,
    secret_texts,
)
from ansible_collections.inferops.serving.plugins.module_utils._object_store import (
    Comparison,
    Local,
    RcloneFailed,
    compared,
    find_rclone,
    missing,
    remotes,
    send,
    wanted,
)
from ansible_collections.inferops.serving.plugins.module_utils._plan import plan

UPLOAD = {
    "src": {"type": "path", "required": True},
    "model": {"type": "str"},
    "adapter": {"type": "str"},
    "repository": {"type": "str"},
}


def main() -> NoReturn:
    module = FleetModule(
        argument_spec={
            **CHECKING,
            "mode": {"type": "str", "choices": ["apply", "verify"], "default": "apply"},
            "names": {"type": "list", "elements": "str", "default": []},
            "rendered": {"type": "bool", "default": True},
            "uploads": {
                "type": "list",
                "elements": "dict",
                "default": [],
                "options": UPLOAD,
                "mutually_exclusive": [("model", "repository"), ("adapter", "repository")],
                "required_one_of": [("model", "repository")],
            },
            "delete": {"type": "bool", "default": False},
            "rclone": {"type": "path", "default": "rclone"},
            "ca_cert": {"type": "path"},
        }
    )
    try:
        with tempfile.TemporaryDirectory(dir=module.tmpdir) as scratch:
            run(module, Path(scratch))
    except (UnknownService, RcloneFailed, OSError) as error:
        module.fail_json(msg=str(error))


def run(module: FleetModule, scratch: Path) -> NoReturn:
    options = module.params
    fleet = choose(module.specification().fleet, options["names"])
    plans = [one for one in plan(fleet) if one.service.state != "absent"] if options["rendered"] else []
    uploads, problems = wanted(fleet, plans, [Local(**one) for one in options["uploads"]], scratch=scratch)
    program = find_rclone(options["rclone"])
    if program is None:
        module.fail_json(
            msg=f"{options['rclone']} is not installed here. Install rclone, name its path, or let the role"
            " models bring it."
        )
    stores = [upload.store for upload in uploads]
    ways, keys, unset = remotes(
        fleet, stores, program=program, ca_file=options["ca_cert"], environ=os.environ
    )
    module.secrets |= {text for one in keys for text in secret_texts(asdict(one))}
    refuse(module, [*problems, *unset])
    found, problems = compared(uploads, ways)
    refuse(module, [*problems, *(missing(found) if options["mode"] == "verify" else [])])
    if not module.check_mode and options["mode"] == "apply":
        say = progress(secrets=module.secrets)
        lost = [problem for one in found for problem in send(one, ways, delete=options["delete"], say=say)]
        refuse(module, lost)
    module.exit_json(**told(found, delete=options["delete"]))


def told(found: Sequence[Comparison], *, delete: bool) -> dict[str, Any]:
    changes = [one for one in found if one.due or (delete and one.extra)]
    return {
        "changed": bool(changes),
        "uploads": [
            {
                "origin": one.upload.origin,
                "dest": one.upload.path,
                "sent": list(one.due),
                "size": one.size,
                "unchanged": one.unchanged,
                "extra": list(one.extra),
                "deleted": list(one.extra) if delete else [],
            }
            for one in found
        ],
        "diff": [difference(one, delete=delete) for one in changes],
    }


def difference(one: Comparison, *, delete: bool) -> dict[str, str]:
    gone = one.extra if delete else ()
    before = {path: one.there[path].size for path in (*one.changed, *gone)}
    after = {path: one.upload.files[path] for path in one.due}
    return {
        "before_header": one.upload.path,
        "after_header": one.upload.origin,
        "before": "".join(lines(before)),
        "after": "".join(lines(after)),
    }


def lines(files: dict[str, int]) -> Iterator[str]:
    return (f"{path} ({size} bytes)\n" for path, size in sorted(files.items()))


def refuse(module: FleetModule, problems: Sequence[Problem]) -> None:
    if problems:
        module.fail_json(
            msg="\n".join(str(problem) for problem in problems), problems=[asdict(one) for one in problems]
        )


if __name__ == "__main__":
    main()
