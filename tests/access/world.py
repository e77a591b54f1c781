"""The people and things that the access table looks at."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.test import Client

from tests.cast import Cast, make_user
from vetta.core import audit, clock
from vetta.core.models import ApiToken, Invitation, Job, JobState, RoleGrant
from vetta.intake.models import Batch, BatchState, KeptMapping, QuarantinedRow
from vetta.people import services as people
from vetta.people.models import BusinessUnit, UnitScope
from vetta.ui.models import SavedView

# One column a person: relationship to Bea for the first, role for the others.
COLUMNS = ("nobody", "dag", "bea", "cy", "rui", "exe", "ops", "fin", "ena", "rec", "ada")
ROLES = {
    "exe": "executive",
    "ops": "sales_operations",
    "fin": "finance",
    "ena": "enablement",
    "rec": "recruiter",
}


# Bodies that are read before access is asked; all of them would be accepted from who may.
BODIES: dict[str, dict[str, object]] = {
    "POST /tokens": {"name": "sheet", "scopes": ["people.view"]},
    "PATCH /imports/{batch_id}/quarantine/{row_id}": {"fixes": {"order_id": "1"}},
    "POST /imports/{batch_id}/repairs": {
        "table": "orders",
        "column": "order_id",
        "code": "intake.missing_value",
        "value": "",
        "replacement": "1",
    },
    "PUT /mappings/{name}": {"text": "source: crm\ntables: {}\n"},
    "PUT /owner-matches": {"source": "crm", "owner_id": "x", "person_id": "bea"},
    "PUT /people/{key}/sign-in": {"email": None},
    "POST /unit-limits": {
        "email": "fin@example.com",
        "business_unit": "instruments",
        "starts_on": "2090-01-01",
        "ends_on": "2091-01-01",
    },
    "POST /unit-limits/end": {
        "email": "fin@example.com",
        "business_unit": "instruments",
        "ends_on": "2101-01-01",
    },
    "PUT /people-policy": {"former_managers_keep": True},
    "POST /people": {"name": "New Colleague"},
    "POST /people/{key}/moves/preview": {"starts_on": "2030-01-01", "team": "South"},
    "POST /people/{key}/moves": {"starts_on": "2030-01-01", "team": "South"},
    "POST /people/{key}/leave": {"starts_on": "2030-01-01", "ends_on": "2030-02-01"},
    "POST /people/{key}/return": {"on": "2030-01-01"},
    "POST /people/{key}/end": {"on": "2030-01-01"},
    "POST /people/{key}/rehire": {"starts_on": "2030-01-01"},
    "PUT /people/{key}/attributes/{attribute}": {"value": "senior"},
    "PATCH /people/{key}": {"country": "Portugal"},
    "POST /positions": {"title": "Account executive"},
    "POST /positions/{key}/assignments": {"person": "cy", "starts_on": "2030-01-01"},
    "POST /positions/{key}/assignments/end": {"person": "bea", "ends_on": "2030-01-01"},
    "POST /positions/{key}/lines": {"manager_position": "cy", "starts_on": "2030-01-01"},
    "POST /positions/{key}/lines/end": {
        "manager_position": "rui",
        "kind": "primary",
        "ends_on": "2030-01-01",
    },
    "POST /positions/{key}/end": {"on": "2030-01-01"},
    "PATCH /positions/{key}": {"starts_on": "2030-01-01", "title": "Senior"},
    "POST /teams": {"name": "East"},
    "POST /teams/{key}/end": {"on": "2030-01-01"},
    "PATCH /teams/{key}": {"region": "Baltics"},
    "PUT /person-attributes/{key}": {"title": "Level", "type": "text"},
    "PUT /business-units/{key}": {"name": "Instruments and more"},
    "POST /kpis": {"definition": {"name": "own"}},
    "POST /kpis/preview": {"definition": {"name": "own"}},
    "POST /kpis/query": {"metric": "won_deals"},
    "POST /targets": {
        "subject_type": "person",
        "subject_id": "bea",
        "metric": "quota",
        "starts_on": "2030-01-01",
        "ends_on": "2030-04-01",
        "amount": "1000",
        "currency": "EUR",
    },
}


@dataclass
class World:
    """Users by column, and what the parameters of a path stand for."""

    users: dict[str, object]
    objects: dict[str, object]
    special: dict[str, dict[str, object]] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Everybody signs in once; what a request changes is undone, the session stays."""
        for name in COLUMNS:
            self.clients[name] = Client()
            if name in self.users:
                self.clients[name].force_login(self.users[name])

    def objects_for(self, row: str) -> dict[str, object]:
        """The parameters of one row; its own, where the common ones do not fit."""
        name = row.split(" ", 1)[1]
        return {**self.objects, **self.special.get(name, {})}


def _job(name: str, actor: object) -> Job:
    return Job.objects.create(
        name=name, title="A job", actor=actor, created_at=clock.now(), payload={"files": []}
    )


def _batch(actor: object) -> tuple[Batch, QuarantinedRow]:
    batch = Batch.objects.create(
        id="b20240603T090000-00000001",
        state=BatchState.FINISHED,
        source="crm",
        actor=actor,
        started_at=clock.now(),
        finished_at=clock.now(),
    )
    row = QuarantinedRow.objects.create(
        batch=batch, table="orders", section=0, file="orders.csv", row=7, cells={"order_id": ""}
    )
    return batch, row


def make_world(cast: Cast) -> World:
    users = {name: getattr(cast, name) for name in ("dag", "bea", "cy", "rui", "ada")}
    users |= {name: make_user(name, role) for name, role in ROLES.items()}
    bea, ada = users["bea"], users["ada"]
    job, check = _job("intake.import", bea), _job("intake.check", ada)
    Job.objects.filter(pk=check.pk).update(state=JobState.DONE, finished_at=clock.now())
    batch, row = _batch(ada)
    mapping = KeptMapping.objects.create(
        name="crm", version=1, source="crm", text="source: crm\n", digest="0" * 64,
        created_at=clock.now(), created_by=ada,
    )  # fmt: skip
    token = ApiToken.objects.create(
        user=bea, name="sheet", prefix="vetta_0", digest="1" * 64, scopes=[],
        created_by=bea, created_at=clock.now(),
    )  # fmt: skip
    invitation = Invitation.objects.create(
        email="new@example.com", digest="2" * 64, invited_by=ada, invited_at=clock.now(),
        expires_at=clock.now() + timedelta(days=7),
    )  # fmt: skip
    view = SavedView.objects.create(owner=bea, place="people", name="Mine")
    people.define_attribute(actor=None, key="level", title="Level", type="text")
    unit = BusinessUnit.objects.create(key="instruments", name="Instruments")
    scope = UnitScope.objects.create(
        user=users["fin"], business_unit=unit, starts_on=date(2100, 1, 1)
    )
    entry = audit.record("core.signed_in", actor=None, subject=bea)
    grant = RoleGrant.objects.get(user=bea)
    return World(
        users,
        {
            "pk": bea.pk,
            "key": "bea",
            "job_id": job.pk,
            "batch_id": batch.pk,
            "row_id": row.pk,
            "name": mapping.name,
            "token_id": token.pk,
            "sequence": entry.sequence,
            "scope": scope.pk,
            "attribute": "level",
            "secret": "not-a-secret",
        },
        {
            **{
                f"home:{name}": {"pk": job.pk}
                for name in ("job", "job-progress", "cancel-job", "retry-job")
            },
            **{
                f"intake:{name}": {"job_id": check.pk}
                for name in ("work", "cancel", "checked", "run", "discard")
            },
            "home:revoke": {"pk": grant.pk},
            "home:revoke-token": {"pk": token.pk},
            "home:withdraw": {"pk": invitation.pk},
            "ui:delete-view": {"pk": view.pk},
            **{
                name: {"name": "won_deals"}
                for name in (
                    "metrics:definition",
                    "metrics:deactivate",
                    "GET /kpis/{name}",
                    "DELETE /kpis/{name}",
                    "GET /kpis/{name}/query",
                    "GET /kpis/{name}/facts",
                    "GET /kpis/{name}/explain",
                    "GET /kpis/{name}/versions",
                )
            },
            "PUT /person-attributes/{key}": {"key": "level"},
            "PUT /business-units/{key}": {"key": "instruments"},
            "POST /teams/{key}/end": {"key": "North"},
            "PATCH /teams/{key}": {"key": "North"},
            "people:change-team": {"key": "North"},
            "demo_sign_in": {"key": "bea"},
        },
    )
