# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A promotion that stops between two production clusters, and goes on.

Each cluster is a namespace of the lab; the second of production has a way of its own, which breaks.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from ansible_collections.inferops.serving.plugins.module_utils._apply import Revision, list_revisions
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client, connect
from ansible_collections.inferops.serving.plugins.module_utils._sets.services import set_of

from tests.support.lab import Lab
from tests.support.playbook import ROOT, Run, run_playbook
from tests.support.relay import Relay, relayed

pytestmark = [pytest.mark.proof("P", "C")]

STAGING, FIRST, SECOND = HOSTS = ("staging-1", "prod-1", "prod-2")
NAME = "staged"


class Clusters:
    def __init__(self, lab: Lab, directory: Path, relay: Relay, second: Path) -> None:
        self.relay = relay
        self.homes = {host: lab.namespace(host) for host in HOSTS}
        self.client: Client = connect({"kubeconfig": str(lab.kubeconfig)})
        self._inventory = directory / "inventory.yml"
        ways = dict.fromkeys(HOSTS, lab.kubeconfig) | {SECOND: second}
        hosts = {
            host: {"home": home, "llm_connection": {"kubeconfig": str(ways[host])}}
            for host, home in self.homes.items()
        }
        everywhere = {
            "ansible_connection": "local",
            "llm_models": [{"name": "m", "source": "org/m"}],
            "llm_serving": [{"name": NAME, "namespace": "{{ home }}", "model": "m", "engine": "simulator"}],
            "llm_promote_overrides": ["namespace"],
            "serving_wait_timeout": 5,
            "verify_reach": "port-forward",
        }
        groups = {
            "staging": {"hosts": {STAGING: hosts[STAGING]}},
            "prod": {"hosts": {FIRST: hosts[FIRST], SECOND: hosts[SECOND]}},
        }
        inventory = {"llm_clusters": {"children": groups, "vars": everywhere}}
        self._inventory.write_text(yaml.safe_dump(inventory), encoding="utf-8")

    def promote(self) -> Run:
        return run_playbook(ROOT / "playbooks/promote.yml", "-i", str(self._inventory))

    def history(self, host: str) -> list[Revision]:
        return list_revisions(self.client, name=set_of(NAME), namespace=self.homes[host])

    def break_when_written(self, host: str) -> threading.Thread:
        """Ends the way to the second cluster as soon as the Deployment is in it."""

        def watch() -> None:
            events = self.client.watch("apps/v1", "Deployment", namespace=self.homes[host])
            next(events)
            self.relay.shut()
            events.close()

        thread = threading.Thread(target=watch, daemon=True)
        thread.start()
        return thread


@pytest.fixture
def clusters(lab: Lab, tmp_path: Path) -> Iterator[Clusters]:
    second = tmp_path / "second.kubeconfig"
    with relayed(lab.kubeconfig, second) as relay:
        yield Clusters(lab, tmp_path, relay, second)


def changed(run: Run) -> dict[str, int]:
    """How many tasks changed something, by cluster."""
    return {
        host: int(number) for host, number in re.findall(r"^(\S+)\s+: ok=.* changed=(\d+)", run.output, re.M)
    }


@pytest.mark.req("XC-18")
def test_a_cluster_that_goes_away_ends_a_promotion_and_the_next_run_finishes_it(clusters: Clusters) -> None:
    broken = clusters.break_when_written(SECOND)
    stopped = clusters.promote()
    broken.join()
    assert stopped.status == 2, stopped.output
    assert changed(stopped)[FIRST] > 0
    assert [one.verified for one in clusters.history(FIRST)] == [True]
    [told] = stopped.result("services")["services"]
    assert told["changed"], "the failure tells what was written before it"
    assert {one["code"] for one in told["diagnosis"]} == {"ApiUnavailable"}
    assert clusters.history(SECOND) == [], "nothing is remembered that nobody saw through"

    clusters.relay.open()
    again = clusters.promote()
    assert again.status == 0, again.output
    assert changed(again)[STAGING] == changed(again)[FIRST] == 0, again.output
    assert changed(again)[SECOND] > 0
    assert [one.verified for one in clusters.history(SECOND)] == [True]
