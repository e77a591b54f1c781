"""The worker's sign of life, which the checks of health look for."""

from __future__ import annotations

from datetime import timedelta

from vetta.core.jobs import register_maintenance

HEARTBEAT = "site.worker_seen"
EVERY = timedelta(minutes=1)


def register_heartbeat() -> None:
    """Have workers leave a sign of life every minute, in the register of chores."""
    register_maintenance(HEARTBEAT, _nothing, every=EVERY)


def _nothing() -> None:
    """The register notes when a chore ran; that is the whole sign."""
