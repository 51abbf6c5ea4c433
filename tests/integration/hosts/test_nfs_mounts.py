# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role `nfs_mounts` on a machine with a kernel of its own, against that kernel's NFS server in a network
namespace: the client's requests leave by one interface and arrive at another."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.machine import Machine, machine
from tests.support.packages import repository
from tests.support.playbook import ROOT, Run, run_playbook

pytestmark = [pytest.mark.proof("H", "E")]
SOURCE, PATH = "10.102.197.0:/volumes/_nogroup/models", "/mnt/nfs"
ELSEWHERE = "10.102.197.0:/volumes/elsewhere"
UNIT = "/generator/mnt-nfs.mount\n"
"""What systemd made of the line in /etc/fstab."""
ON_THE_SERVER = "/srv/volumes/_nogroup/models"
MOUNT = {
    "source": SOURCE,
    "path": PATH,
    "directories": [{"path": "hf_cache", "owner": "1000:1000", "mode": "0775"}],
}
UNKNOWN = {"source": "10.102.197.0@tcp:/models", "fstype": "lustre"}
Apply = Callable[..., Run]


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    try:
        return machine(tmp_path_factory.mktemp("machine"), aside=["nfs-kernel-server"])
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"not run: Debian's packages of a kernel and of an NFS server cannot be had ({error})")


@pytest.fixture(scope="module")
def packages() -> str:
    """A repository with the NFS client and with what Ansible installs packages by, for a list of sources."""
    return f"deb [trusted=yes] file:{repository('offered', ['nfs-common', 'python3-apt'])} ./"


@pytest.fixture
def apply(host: Machine, tmp_path: Path) -> Apply:
    """Runs the role on the machine; what it is given are the role's variables, without its name."""
    play = {
        "hosts": "gpu_hosts",
        "gather_facts": False,
        "roles": [{"role": "inferops.serving.nfs_mounts"}],
    }
    variables = {
        "ansible_connection": "machine",
        "ansible_python_interpreter": sys.executable,
        "machine_folder": str(host.folder),
    }
    inventory = {"gpu_hosts": {"hosts": {"gpu0": variables}}}
    (tmp_path / "play.yml").write_text(yaml.safe_dump([play]))
    (tmp_path / "hosts.yml").write_text(yaml.safe_dump(inventory))
    environ = {
        "ANSIBLE_CONNECTION_PLUGINS": str(ROOT / "tests" / "support" / "connections"),
        "ANSIBLE_PIPELINING": "true",
    }

    def run(*arguments: str, mounts: Sequence[Mapping[str, Any]] = (MOUNT,), **options: Any) -> Run:
        given = {"mounts": list(mounts), "wait_timeout": 2, "wait_interval": 1, **options}
        return run_playbook(
            tmp_path / "play.yml",
            *("--inventory", str(tmp_path / "hosts.yml"), *arguments),
            variables={f"nfs_mounts_{name}": value for name, value in given.items()},
            environ=environ,
        )

    return run


def mounted(host: Machine) -> dict[str, str]:
    found = host.run(f"findmnt --json --mountpoint {PATH} || echo '{{}}'")
    return next(iter(json.loads(found).get("filesystems", [])), {})


@pytest.mark.req("S4-13", "S3-20")
def test_a_share_is_mounted_now_and_after_a_reboot_until_taken_away(
    host: Machine, packages: str, apply: Apply
) -> None:
    with host.running():
        host.run(f"echo '{packages}' > /etc/apt/sources.list")
        unreachable = apply()
        assert "10.102.197.0 did not answer on port 2049 for 2 s" in unreachable.output
        assert host.run("dpkg-query --show --showformat '${Status}' nfs-common") == "install ok installed"

        host.run("systemctl enable --now nfs-share")
        host.run(f"echo weights > {ON_THE_SERVER}/model")
        refused = apply(mounts=[{**MOUNT, "source": ELSEWHERE}, {**UNKNOWN, "path": "/mnt/unknown"}])
        assert refused.status
        assert f"mounting {ELSEWHERE} failed, reason given by server: No such file" in refused.output
        assert "The kernel of this host has no lustre, and no module of it." in refused.output
        assert not mounted(host)
        assert "/mnt/" not in host.run("cat /etc/fstab")

        made = apply()
        assert not made.status, made.output
        assert mounted(host)["source"] == SOURCE
        assert {"vers=4.1", "rw"} <= set(mounted(host)["options"].split(","))
        assert host.run(f"cat {PATH}/model") == "weights\n"
        assert host.run(f"stat --format='%u:%g %a' {ON_THE_SERVER}/hf_cache") == "1000:1000 775\n"
        host.run(f"echo downloaded > {PATH}/hf_cache/file")

    with host.running():
        assert mounted(host)["source"] == SOURCE
        assert host.run("systemctl show --property FragmentPath --value mnt-nfs.mount").endswith(UNIT)
        assert host.run(f"cat {PATH}/model {PATH}/hf_cache/file") == "weights\ndownloaded\n"
        again = apply()
        assert (again.status, again.changed) == (0, 0), again.output

        foreign = apply("--tags", "nfs_mounts_preflight", mounts=[{**MOUNT, "source": ELSEWHERE}])
        assert f"{SOURCE} is mounted at {PATH}" in foreign.output

        gone = apply(state="absent")
        assert (gone.status, gone.changed) == (0, 2), gone.output
        assert not mounted(host)
        assert SOURCE not in host.run("cat /etc/fstab")
        assert host.run(f"cat {ON_THE_SERVER}/hf_cache/file") == "downloaded\n"
