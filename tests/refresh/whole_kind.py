"""A lab in which whatever a test watches by name is watched as a part of the whole kind.

There a night lists rows, and files wait for the next one: `at` takes two refreshes, and its result is that of both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from schedules.refresh_result import RefreshResult
from tests.refresh.lab import CONFIG, Lab


class WholeKindLab(Lab):
    """Watches all models (and all data sets, if a test watches any)."""

    def watch(self, *, models: Sequence[str] = (), datasets: Sequence[str] = (), more: str = "",
              **_others: Any) -> WholeKindLab:  # fmt: skip
        """Write the configuration. Names are in the world anyway."""
        sections = [
            f"[watch.{kind}]\nall = true" for kind, names in (("models", models), ("datasets", datasets)) if names
        ]
        self.config.write_text(CONFIG.format(watch="\n".join([*sections, more])))
        return self

    def again(self, **options: Any) -> RefreshResult:
        """A night, and the one that reads the files it found."""
        first = super().again(**options)
        if options.get("only") or options.get("dry_run"):
            return first
        second = super().again()
        both = {bucket: first.requests[bucket] + second.requests[bucket] for bucket in first.requests}
        return replace(
            second, held=[*first.json_events(), *second.json_events()], failures=[*first.failures, *second.failures],
            changed=first.changed + second.changed, requests=both,
            status="partial" if "partial" in (first.status, second.status) else second.status,
        )  # fmt: skip
