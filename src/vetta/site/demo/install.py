"""The demo company in a data folder: generated, imported through the one door, peopled."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from vetta.core import clock
from vetta.core.access import system_actor
from vetta.core.models import User
from vetta.core.selectors import organisation
from vetta.intake.contracts import ImportResult
from vetta.intake.mapping import Mapping, read_mapping
from vetta.intake.services import run_import
from vetta.kernel.problem import Problem, ProblemError
from vetta.people.models import Person
from vetta.site.demo.company import Company, generate
from vetta.site.demo.scale import Scale
from vetta.site.demo.users import ACTOR, DEMO_USERS, make_users

MARKER = "demo"
MAPPING = Path(__file__).with_name("mapping.yaml")


@dataclass(frozen=True, slots=True)
class Marker:
    """What the data folder says of its demo: how it was made, and whether it is whole.

    The file's presence opens the one-click sign-in, so it is written before the first user is.
    """

    ends_on: str
    people: int
    order_lines: int | None
    seed: int
    content_hash: str = ""
    is_ready: bool = False

    @classmethod
    def read(cls) -> Marker | None:
        """The marker of this data folder, or None."""
        path = _marker_path()
        return cls(**json.loads(path.read_text())) if path.exists() else None

    def write(self) -> None:
        path = _marker_path()
        aside = path.with_suffix(".new")
        aside.write_text(json.dumps(asdict(self), indent=1))
        aside.replace(path)


@dataclass(frozen=True)
class Installed:
    """What ``install`` did."""

    company: Company
    result: ImportResult
    users: list[User]

    def as_json(self) -> dict[str, Any]:
        """The form of the command line."""
        scale = self.company.scale
        return {
            "created": True,
            "ends_on": scale.ends_on.isoformat(),
            "people": scale.people,
            "seed": scale.seed,
            "content_hash": self.company.content_hash,
            **self.result.as_json(),
            "users": [
                {"email": user.email, "role": wanted.role, "name": wanted.name}
                for user, wanted in zip(self.users, DEMO_USERS, strict=True)
            ],
        }


def _marker_path() -> Path:
    return settings.VETTA_HOME.root / MARKER


def is_ready() -> bool:
    """Whether this data folder holds a whole demo company."""
    marker = Marker.read()
    return marker is not None and marker.is_ready


def holds_other_data() -> bool:
    """Whether somebody else's users, people or settings are here already."""
    if Marker.read() is not None:
        return False
    return (
        organisation().configured_at is not None or User.objects.exists() or Person.objects.exists()
    )


def default_scale(
    people: int = 60, order_lines: int | None = None, seed: int = 2026, ends_on: date | None = None
) -> Scale:
    """The scale of a demo made now: its facts end yesterday unless a day is given."""
    return Scale(ends_on or clock.today() - timedelta(days=1), people, order_lines, seed)


def demo_mapping() -> Mapping:
    """The mapping by which the generated files come in."""
    return read_mapping(MAPPING.read_text(encoding="utf-8"), MAPPING.name)


def install(
    scale: Scale,
    *,
    say: Callable[[str], None] | None = None,
    progress: Callable[..., None] | None = None,
) -> Installed:
    """Generate the company of ``scale``, import it and make its users.

    Making it again with the same parameters changes nothing; one that was cut short is finished.

    Raises:
        ProblemError: ``demo.not_empty`` where the data folder holds something else.
    """
    if holds_other_data():
        raise ProblemError(
            Problem(
                code="demo.not_empty",
                message=_("This data folder holds other data than a demo company."),
                hint=_(
                    "The demo lets anybody sign in by one click; give it a folder of its own "
                    "with --home."
                ),
            )
        )
    marker = Marker(scale.ends_on.isoformat(), scale.people, scale.order_lines, scale.seed)
    marker.write()
    folder = Path(tempfile.mkdtemp(prefix="demo-", dir=settings.VETTA_HOME.staging))
    try:
        company = generate(scale, folder, say)
        (say or (lambda step: None))("import")
        result = run_import([folder], demo_mapping(), actor=system_actor(ACTOR), progress=progress)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if result.exit_code:
        raise ProblemError(*result.errors)
    users = make_users(company.force)
    Marker(**{**asdict(marker), "content_hash": company.content_hash, "is_ready": True}).write()
    return Installed(company, result, users)
