"""What can run in the background."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Text = str | _StrPromise
    Function = Callable[..., Any]


@dataclass(frozen=True)
class JobKind:
    """One kind of job: its function and how often a dead worker's job may be taken up."""

    name: str
    title: Text
    function: Function
    attempts: int
    url_name: str  # of the page that shows what came out, given the job's result; may be empty


_kinds: dict[str, JobKind] = {}


def job(
    name: str, *, title: Text, attempts: int = 3, url_name: str = ""
) -> Callable[[Function], Function]:
    """Declare a function ``(context: JobContext, **payload)`` as a kind of job.

    What it returns, where it is a mapping, becomes the job's result.
    """

    def declare(function: Function) -> Function:
        known = _kinds.setdefault(name, JobKind(name, title, function, attempts, url_name))
        if known.function is not function:
            raise ValueError(f"The job {name} is declared twice.")
        return function

    return declare


def kind(name: str) -> JobKind:
    """The kind of that name.

    Raises:
        LookupError: where no room declares it.
    """
    try:
        return _kinds[name]
    except KeyError:
        raise LookupError(f"No room declares the job {name!r}.") from None


def kinds() -> tuple[JobKind, ...]:
    """All kinds, by name."""
    return tuple(_kinds[name] for name in sorted(_kinds))
