# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules that roll services out have in common: their options, and how they end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn, Protocol

from ansible.module_utils.basic import AnsibleModule

from .._apply import Diagnosis
from .._apply.module import APPLYING, conclude
from .._cluster import Client
from .rollout import Rollout

ROLLOUT: dict[str, dict[str, Any]] = {
    **APPLYING,
    "recreate": {"type": "list", "elements": "str", "default": []},
}
PRUNING: dict[str, dict[str, Any]] = {"prune": {"type": "bool", "default": True}}

_GIVEN = ("prune", "force_conflicts", "recreate", "wait", "wait_timeout", "applied_by")


class Run(Protocol):
    """One run over services, at its end."""

    @property
    def changed(self) -> bool: ...

    @property
    def diff(self) -> Sequence[dict[str, str]]: ...

    @property
    def notices(self) -> Sequence[str]: ...


class Told(Protocol):
    """What became of one service."""

    @property
    def diagnosis(self) -> Sequence[Diagnosis]: ...

    def result(self) -> dict[str, Any]: ...


def asked_of(module: AnsibleModule) -> Rollout:
    """What the options ask of the run; an option that the module does not have is as usual."""
    options: Mapping[str, Any] = module.params
    given = {name: options[name] for name in _GIVEN if name in options}
    return Rollout(check_mode=module.check_mode, show_diff=module._diff, **given)


def finish(
    module: AnsibleModule, client: Client, *runs: Run, services: Sequence[Told], **facts: object
) -> NoReturn:
    """Ends the task, as a failure where a service has something to complain of."""
    for warning in (*client.warnings, *(notice for run in runs for notice in run.notices)):
        module.warn(warning)
    result = {
        "changed": any(run.changed for run in runs),
        "services": [service.result() for service in services],
        "diff": [difference for run in runs for difference in run.diff],
        **facts,
    }
    conclude(module, [one for service in services for one in service.diagnosis], result)
