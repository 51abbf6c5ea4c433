#!/usr/bin/python
# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: engine_image
short_description: Write and build the image that builds engines for TensorRT-LLM
version_added: 0.1.0
author: Inferops contributors (@inferops)
description:
  - TensorRT-LLM before 1.0 serves engines that a Job of the service builds. The Job needs the converters and
    the templates of its release; this module writes a recipe for an image that has them, for each image that
    such services of the inventory name.
  - Where a builder works on the host, the image is built and pushed too. An image that carries the
    hash of its recipe, on the host or in its registry, is not built again.
  - Services without O(llm_serving[].image), and those with TensorRT-LLM 1.0 or newer, need no image of their
    own.
options:
  dest:
    description:
      - Directory of the recipes. Each has a directory of its own there, named after the image.
    type: path
    required: true
  base:
    description:
      - Image to build on.
      - By default Triton's own with the version of TensorRT-LLM that the service has.
    type: str
  build:
    description:
      - V(auto) builds where a builder works and says where none does, V(never) only writes the recipe,
        V(always) fails without a builder.
    type: str
    choices: [auto, never, always]
    default: auto
  builder:
    description:
      - What builds. V(auto) takes the first that is installed and works, which each is asked, such as a
        C(docker) for its daemon.
    type: str
    choices: [auto, podman, docker, buildah]
    default: auto
  push:
    description:
      - Push the image to its registry. One that is there with the hash of the recipe is neither built nor
        pushed again, whichever host built it.
      - The builder must be logged in there, in the files in which podman, buildah and docker keep logins. A
        registry whose login a credential helper keeps is pushed to each time.
    type: bool
    default: false
  names:
    description:
      - Names of the services of O(llm_serving) whose images are wanted. Left out or empty, all of them.
    type: list
    elements: str
    default: []
extends_documentation_fragment:
  - inferops.serving.attributes
  - inferops.serving.fleet
attributes:
  check_mode:
    support: full
    details:
      - Nothing is written and nothing built.
  diff_mode:
    support: none
    details:
      - RV(images[].containerfile) names the file.
  idempotent:
    support: full
    details:
      - The hash of the recipe is a label of the image.
seealso:
  - module: inferops.serving.services
"""

EXAMPLES = r"""
- name: Write the recipes
  inferops.serving.engine_image:
    dest: build
    build: never
    llm_stores: "{{ llm_stores }}"
    llm_models: "{{ llm_models }}"
    llm_serving: "{{ llm_serving }}"

- name: Build and push what changed
  inferops.serving.engine_image:
    dest: build
    build: always
    push: true
    llm_stores: "{{ llm_stores }}"
    llm_models: "{{ llm_models }}"
    llm_serving: "{{ llm_serving }}"
"""

RETURN = r"""
images:
  description: One entry for each image.
  type: list
  elements: dict
  returned: success
  contains:
    image:
      description: Name of the image.
      type: str
      sample: registry.example/triton_trt-llm:24.04
    base:
      description: What it is built on.
      type: str
      sample: nvcr.io/nvidia/tritonserver:24.04-trtllm-python-py3
    containerfile:
      description: The recipe.
      type: str
      sample: build/registry.example_triton_trt-llm_24.04/Containerfile
    recipe:
      description: Hash of the recipe.
      type: str
      sample: 0f3a9b1c2d4e5f60
    built:
      description: Whether it was built now, or would be.
      type: bool
      sample: true
    pushed:
      description: Whether it was given to the registry now, or would be.
      type: bool
      sample: true
    notice:
      description: Why it was not built, or was pushed though it may be there. Empty where there is no reason.
      type: str
      sample: ""
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from ansible_collections.inferops.serving.plugins.module_utils._engine_image import (
    BUILDERS,
    BuildFailed,
    Made,
    NoBuilder,
    Recipe,
    find_builder,
    make,
    recipe,
)
from ansible_collections.inferops.serving.plugins.module_utils._inventory import UnknownService, choose
from ansible_collections.inferops.serving.plugins.module_utils._inventory.module import FleetModule
from ansible_collections.inferops.serving.plugins.module_utils._manifests.directory import write_whole
from ansible_collections.inferops.serving.plugins.module_utils._plan import plan

PUBLIC = 0o644


def main() -> NoReturn:
    module = FleetModule(
        argument_spec={
            "dest": {"type": "path", "required": True},
            "base": {"type": "str"},
            "build": {"type": "str", "choices": ["auto", "never", "always"], "default": "auto"},
            "builder": {"type": "str", "choices": ["auto", *BUILDERS], "default": "auto"},
            "push": {"type": "bool", "default": False},
            "names": {"type": "list", "elements": "str", "default": []},
        }
    )
    try:
        run(module)
    except NoBuilder as none:
        module.fail_json(msg=f"Nothing was written or built, because {none}")
    except (BuildFailed, UnknownService, OSError) as error:
        module.fail_json(msg=str(error))


def run(module: FleetModule) -> NoReturn:
    options = module.params
    fleet = choose(module.specification().fleet, options["names"])
    wanted = [found for each in plan(fleet) if (found := recipe(each, base=options["base"]))]
    builder, lack = _builder(options) if wanted else (None, "")
    changed, images = False, []
    for one in {each.image: each for each in wanted}.values():
        path = Path(options["dest"]) / re.sub(r"[/:@]", "_", one.image) / "Containerfile"
        written = not path.exists() or path.read_text(encoding="utf-8") != one.text
        if written and not module.check_mode:
            write_whole(path, one.text.encode(), PUBLIC)
        made = Made()
        if builder is not None:
            made = make(builder, one, path, push=options["push"], check_mode=module.check_mode)
        changed |= written or made.built or made.pushed
        images.append(_told(one, path, made, notice=made.notice or lack))
    for text in {image["notice"] for image in images if image["notice"] and options["build"] != "never"}:
        module.warn(text)
    module.exit_json(changed=changed, images=images)


def _builder(options: Mapping[str, Any]) -> tuple[str | None, str]:
    """What builds, or why nothing does."""
    if options["build"] == "never":
        return None, "not built, as asked"
    try:
        return find_builder(options["builder"]), ""
    except NoBuilder as none:
        if options["build"] == "always":
            raise
        return None, f"not built, because {none}"


def _told(one: Recipe, path: Path, made: Made, *, notice: str) -> dict[str, Any]:
    return {
        "image": one.image,
        "base": one.base,
        "containerfile": str(path),
        "recipe": one.digest,
        "built": made.built,
        "pushed": made.pushed,
        "notice": notice,
    }


if __name__ == "__main__":
    main()
