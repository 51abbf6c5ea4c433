# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One service on its way: verified, spoiled, rolled back, with a canary that is aborted and one that stays.

The tests of this file tell one story and run in their order. Each is one run of ansible-playbook, because
starting it takes most of the time.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.inferops.serving.plugins.module_utils._apply import Revision, list_revisions
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client, connect
from ansible_collections.inferops.serving.plugins.module_utils._fleet.load import VARIABLES
from ansible_collections.inferops.serving.plugins.module_utils._sets.services import set_of

from tests.support.helm import GREETER, VALUES, noted_helm
from tests.support.lab import Lab
from tests.support.playbook import ROOT, Run, run_playbook

pytestmark = [pytest.mark.proof("P", "C")]

NAME = "chat"
BAD = {"image": "registry.example/does-not-exist:2", "version": "0.33.0", "model": "other"}
NEW = {"image": "registry.example/vllm:2", "version": "0.33.0", "env": {"VERSION": "2"}, "shm_size": "1Gi"}
NEWER = {**NEW, "env": {"VERSION": "3"}, "node_selector": {"kubernetes.io/os": "linux"}}

Step = dict[str, Any]


class Story:
    """One service in a namespace of its own."""

    def __init__(self, lab: Lab, directory: Path) -> None:
        self._directory = directory
        self.namespace = lab.namespace("rollout")
        self.client: Client = connect({"kubeconfig": str(lab.kubeconfig)})
        host = {
            "llm_connection": {"kubeconfig": str(lab.kubeconfig)},
            "llm_models": [{"name": name, "source": f"org/{name}"} for name in ("m", "other")],
            "verify_reach": "port-forward",
            "ansible_connection": "local",
        }
        self._write("inventory.yml", {"llm_clusters": {"hosts": {"lab": host}}})

    def entry(self, **keys: Any) -> dict[str, Any]:
        """An entry with these keys laid over a plain service."""
        return {
            "name": NAME,
            "namespace": self.namespace,
            "model": "m",
            "engine": "simulator",
            "expose": {
                "type": "istio",
                "host": f"{self.namespace}.example",
                "gateway": "istio-system/shared",
            },
            **keys,
        }

    def canary(self, weight: int, overrides: dict[str, Any]) -> dict[str, Any]:
        return self.entry(rollout={"canary": {"weight": weight, "overrides": overrides}})

    def tell(self, *steps: Step) -> Run:
        return run_playbook(
            self._write("story.yml", steps), "-i", str(self._directory / "inventory.yml"), cwd=self._directory
        )

    def deploy(self, entry: Any, **keywords: Any) -> Step:
        return self.module("services", entry, {"wait_timeout": 60}, **keywords)

    def module(self, name: str, entry: Any, options: dict[str, Any], **keywords: Any) -> Step:
        given = {variable: f"{{{{ {variable} | default(omit) }}}}" for variable in VARIABLES}
        return {
            "hosts": "llm_clusters",
            "gather_facts": False,
            "module_defaults": {"group/inferops.serving.all": "{{ llm_connection }}"},
            "vars": {
                "ansible_python_interpreter": "{{ ansible_playbook_python }}",
                "llm_serving": [entry],
            },
            "tasks": [{f"inferops.serving.{name}": {**given, **options}, "ignore_errors": True, **keywords}],
        }

    def release(self, options: dict[str, Any]) -> Step:
        step = self.module("helm_release", {}, {})
        step["tasks"] = [{"inferops.serving.helm_release": options}]
        return step

    def playbook(self, name: str, entry: Any, **variables: Any) -> Step:
        path = str(ROOT / "playbooks" / f"{name}.yml")
        return {
            "ansible.builtin.import_playbook": path,
            "vars": {"llm_serving": [entry], "llm_services": [NAME], **variables},
        }

    def _write(self, name: str, content: Any) -> Path:
        path = self._directory / name
        path.write_text(yaml.safe_dump(list(content) if isinstance(content, tuple) else content))
        return path

    @property
    def history(self) -> list[Revision]:
        return list_revisions(self.client, name=set_of(NAME), namespace=self.namespace)

    @property
    def weights(self) -> dict[str, int]:
        """Shares of the requests, as the API server has them."""
        return weights(self.client.list("networking.istio.io/v1", "VirtualService", namespace=self.namespace))

    @property
    def deployments(self) -> dict[str, dict[str, Any]]:
        found = self.client.list("apps/v1", "Deployment", namespace=self.namespace)
        return {one["metadata"]["name"]: one for one in found if "deletionTimestamp" not in one["metadata"]}


@pytest.fixture(scope="module")
def story(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Story:
    return Story(lab, tmp_path_factory.mktemp("rollout"))


def results(run: Run, module: str) -> list[dict[str, Any]]:
    """What every task with the module returned, in their order."""
    return [task["result"] for task in run.tasks if task["action"] == f"inferops.serving.{module}"]


def weights(objects: Any) -> dict[str, int]:
    (route,) = (one for one in objects if one["kind"] == "VirtualService")
    (rule,) = route["spec"]["http"]
    return {each["destination"]["subset"]: each["weight"] for each in rule["route"]}


def container(objects: Any, name: str = NAME) -> dict[str, Any]:
    (one,) = (one for one in objects if one["kind"] == "Deployment" and one["metadata"]["name"] == name)
    (made,) = one["spec"]["template"]["spec"]["containers"]
    return {key: made.get(key) for key in ("image", "args", "env")}


@pytest.mark.req("S4-32")
def test_a_chart_is_created_or_updated_as_a_set_with_a_revision_for_each_change(
    story: Story, tmp_path: Path
) -> None:
    helm = noted_helm(tmp_path)
    options = {
        "name": "greeter",
        "namespace": story.namespace,
        "chart": str(GREETER),
        "helm": str(helm.path),
        "values": VALUES,
    }
    release = story.release(options)
    run = story.tell(release, release, story.release({**options, "state": "absent"}))
    first, again, removed = results(run, "helm_release")
    assert (first["changed"], again["changed"], removed["changed"]) == (True, False, True), run.output
    assert (first["revision"], again["revision"]) == (1, 1)
    told = [" ".join(arguments) for arguments, _values in helm.calls]
    assert [each.split()[0] for each in told] == ["template", "template"]
    assert VALUES["adminPassword"] not in run.output + str(run.tasks) + str(told)
    assert story.deployments.keys() <= {NAME}


@pytest.mark.req("XC-19", "S4-32")
def test_a_bad_image_is_rolled_back_to_what_was_verified(story: Story) -> None:
    good, bad = story.entry(), story.entry(**BAD)
    back = {"names": [NAME], "reason": "no such image"}
    run = story.tell(
        story.deploy(good),
        story.deploy(good),
        story.module("smoke_test", good, {"reach": "port-forward", "record": True}),
        story.deploy(bad),
        story.module("rollback", bad, back, check_mode=True),
        story.playbook("rollback", {**bad, "misspelt": True}, llm_reason="no such image"),
        story.module("rollback", bad, {**back, "revision": "1"}),
        story.deploy(bad),
        story.module("services", bad, {"withdrawn": "apply"}, check_mode=True),
    )
    first, again, spoiled, refused, allowed = results(run, "services")
    assert (first["services"][0]["revision"], again["services"][0]["revision"]) == (1, 1), run.output
    assert (first["changed"], again["changed"]) == (True, False)
    assert spoiled["services"][0]["revision"] == 2
    assert spoiled["services"][0]["ready"] is False

    foretold, restored, once_more = (result["services"][0] for result in results(run, "rollback"))
    assert (foretold["action"], foretold["revision"]) == ("would-configure", 1)
    assert (restored["from_revision"], restored["restored"], restored["revision"]) == (2, 1, 3)
    assert (restored["ready"], restored["verified"]) == (True, True)
    before, after = (result["services"][0] for result in results(run, "smoke_test"))
    assert (after["ok"], after["model"]) == (True, before["model"]), "what was restored, not what is written"
    assert (once_more["changed"], once_more["revision"]) == (False, 3), "a former number still names it"

    assert "was taken out of service: no such image" in refused["msg"]
    assert allowed["services"][0]["action"] == "would-configure"
    newest, withdrawn = story.history
    assert (newest.number, newest.former_numbers, newest.verified) == (3, (1,), True)
    assert withdrawn.withdrawn.startswith("no such image")
    assert container(story.deployments.values()) == container(newest.objects)
    assert newest.spec_hash != withdrawn.spec_hash


@pytest.mark.req("S4-35")
def test_an_aborted_canary_leaves_the_service_as_it_was(story: Story) -> None:
    before = story.deployments
    entry = story.canary(20, NEW)
    abort = {"names": [NAME], "state": "aborted"}
    run = story.tell(
        story.module("canary", entry, {**abort, "state": "promoted"}),
        story.deploy(entry),
        story.playbook("canary", entry, llm_canary_state="aborted"),
        story.module("canary", entry, abort),
    )
    unseen, done, again = results(run, "canary")
    assert "only what ran can be promoted" in unseen["msg"], run.output
    assert weights(story.history[1].objects) == {"main": 80, "canary": 20}
    assert (done["changed"], again["changed"]) == (True, False), run.output
    assert story.weights == {"main": 100}
    after = story.deployments
    assert set(after) == {NAME}
    assert after[NAME]["metadata"]["generation"] == before[NAME]["metadata"]["generation"]
    assert story.history[1].withdrawn.startswith("its canary was aborted")


@pytest.mark.req("S4-35")
def test_a_promoted_canary_becomes_the_service(story: Story) -> None:
    entry = story.canary(10, NEWER)
    promote = {"names": [NAME], "state": "promoted"}
    run = story.tell(
        story.deploy(entry),
        story.module("canary", entry, promote, check_mode=True),
        story.playbook("canary", entry, llm_canary_state="promoted"),
        story.module("canary", entry, promote),
        story.deploy(entry),
        story.deploy(story.entry(**NEWER)),
    )
    foretold, done, again = results(run, "canary")
    assert foretold["services"][0]["action"] == "would-configure", run.output
    assert (done["changed"], again["changed"]) == (True, False), run.output
    assert story.weights == {"main": 100}
    assert set(story.deployments) == {NAME}
    newest, with_canary, *_older = story.history
    assert container(story.deployments.values()) == container(with_canary.objects, f"{NAME}-canary")

    _rolled_out, refused, unchanged = results(run, "services")
    assert "its canary was promoted" in refused["msg"]
    assert done["inventory"] == [{"name": NAME, "remove": ["rollout.canary"], "write": NEWER}]
    assert (unchanged["changed"], unchanged["services"][0]["revision"]) == (False, newest.number)
