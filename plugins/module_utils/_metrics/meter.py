# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions to Prometheus about the requests of some pods."""

from __future__ import annotations

from dataclasses import dataclass

from .._catalogue.metrics import Duration, Exporter

HPA_QUEUE_TIME = "avg_time_queue_us"
"""The custom metric of a pod by which a HorizontalPodAutoscaler scales on queue time."""

_NOTHING = "1e-9"
"""Instead of zero below a fraction line: no request then makes 0, not NaN."""
WINDOW = "1m"


@dataclass(frozen=True, kw_only=True)
class Meter:
    """What one version of an engine tells of the pods that label matchers pick."""

    exporter: Exporter
    version: str
    pods: str
    """Label matchers without braces."""
    by: str = "namespace, pod"
    """Labels that keep pods apart."""

    @property
    def ratio_metric(self) -> str:
        """Name of the custom metric for the time waited over the time worked."""
        return f"{self.exporter.name}:queue_compute:ratio"

    def average(self, what: str, *, window: str = WINDOW) -> str | None:
        """Microseconds that a request took, by pod."""
        known = self._duration(what)
        if known is None:
            return None
        scale = f"{known.microseconds} * " if known.microseconds != 1 else ""
        count = self.rate(known.count, window=window)
        return f"{scale}{self.rate(known.total, window=window)} / clamp_min({count}, {_NOTHING})"

    def ratio(self) -> str | None:
        """Time that requests waited over time that they were worked on, by pod."""
        queue, compute = self._duration("queue"), self._duration("compute")
        if queue is None or compute is None:
            return None
        return f"{self.rate(queue.total)} / clamp_min({self.rate(compute.total)}, {_NOTHING})"

    def scaling(self, metric: str) -> str | None:
        """The query of a metric, summed over the pods; None where the engine exports nothing for it."""
        if metric == "rps":
            return f"sum(rate({self.series(self.exporter.requests)}[{WINDOW}]))"
        made = {"queue_time": lambda: self.average("queue"), "queue_ratio": self.ratio}.get(metric)
        found = made() if made else None
        return f"sum({found})" if found else None

    def named(self, what: str) -> str | None:
        """The series that this version has for something, with the pods' labels."""
        name = self.exporter.series(what, self.version)
        return self.series(name) if name else None

    def rate(self, name: str, *, window: str = WINDOW) -> str:
        return f"sum by ({self.by}) (rate({self.series(name)}[{window}]))"

    def series(self, name: str) -> str:
        return f"{name}{{{self.pods}}}"

    def _duration(self, what: str) -> Duration | None:
        return self.exporter.duration(what, self.version)
