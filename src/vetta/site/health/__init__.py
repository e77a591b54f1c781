"""Whether this installation is well: one finding per check, each with how to mend it."""

from vetta.site.health.findings import Finding, Status
from vetta.site.health.machine import machine_findings
from vetta.site.health.store import store_findings

__all__ = ["Finding", "Status", "machine_findings", "store_findings"]
