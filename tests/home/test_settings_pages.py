"""Every page of the settings: who may open it, what it shows, how many queries it takes."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.core.lab import declare_lab_jobs
from vetta.core import audit, tokens
from vetta.core.jobs import enqueue
from vetta.core.models import ApiToken, Job, RoleGrant, User
from vetta.core.users import invite

pytestmark = pytest.mark.django_db
declare_lab_jobs()

# Page, its arguments, and whom it is open to. Rui, Bea and Cy hold roles, Dag none.
OPEN_TO = [
    ("index", "ada rui bea cy dag"),
    ("profile", "ada rui bea cy dag"),
    ("organisation", "ada rui bea cy"),
    ("users", "ada"),
    ("invite", "ada"),
    ("user", "ada"),
    ("grant", "ada"),
    ("deactivate", "ada"),
    ("erase", "ada"),
    ("revoke", "ada"),
    ("tokens", "ada rui bea cy"),
    ("make-token", "ada rui bea cy"),
    ("make-service-token", "ada"),
    ("jobs", "ada rui bea cy"),
    ("audit", "ada"),
    ("audit-entry", "ada"),
]


def address(name: str, cast) -> str:
    arguments = {
        "user": [cast.bea.pk],
        "grant": [cast.bea.pk],
        "deactivate": [cast.bea.pk],
        "erase": [cast.bea.pk],
        "revoke": [cast.bea.grants.get().pk],
        "audit-entry": [1],
    }
    return reverse(f"home:{name}", args=arguments.get(name, []))


@pytest.mark.parametrize("name", ["ada", "rui", "bea", "cy", "dag"])
@pytest.mark.parametrize(("page", "open_to"), OPEN_TO)
def test_who_may_open_what(cast, client, page, open_to, name):
    audit.record("core.tested", actor=cast.ada, subject=cast.bea)
    client.force_login(getattr(cast, name))
    expected = 200 if name in open_to.split() else 403
    assert client.get(address(page, cast)).status_code == expected


@pytest.mark.parametrize(("page", "_open_to"), OPEN_TO)
def test_nobody_is_sent_to_sign_in(cast, client, page, _open_to):
    response = client.get(address(page, cast))
    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))


@pytest.mark.parametrize(
    ("page", "most"),
    [("index", 20), ("organisation", 8), ("users", 12), ("user", 12), ("tokens", 10),
     ("jobs", 10), ("audit", 16), ("audit-entry", 10)],
)  # fmt: skip
def test_queries_do_not_grow_with_the_rows(cast, client, django_assert_max_num_queries, page, most):
    for number in range(12):
        entry = audit.record(
            "core.tested", actor=cast.rui, subject=cast.bea, changes={"n": (0, number + 1)},
            person=f"P-{number}",
        )  # fmt: skip
        assert entry.sequence
        enqueue("lab.who", actor=cast.rui)
        tokens.make_token(
            user=cast.ada, name="x", scopes_wanted=["core:read"], actor=cast.actor("ada")
        )
    client.force_login(cast.ada)
    with django_assert_max_num_queries(most):
        assert client.get(address(page, cast)).status_code == 200


# --- users --------------------------------------------------------------------------------------


def test_inviting_shows_the_link_once_and_it_opens(cast, client, mailoutbox):
    client.force_login(cast.ada)
    form = {"email": "eve@example.com", "name": "Eve", "roles": ["manager"], "send": "on"}
    response = client.post(reverse("home:invite"), form)
    link = response.context["link"]
    assert link in response.content.decode()
    assert "no-store" in response.headers["Cache-Control"]
    assert link in mailoutbox[0].body
    assert mailoutbox[0].to == ["eve@example.com"]
    assert "eve@example.com" in client.get(reverse("home:users")).content.decode()

    client.logout()
    assert client.get(link).status_code == 200
    weak = client.post(link, {"name": "Eve", "language": "it", "password": "short"})
    assert weak.context["form"].errors["password"]
    done = client.post(link, {"name": "Eve", "language": "it", "password": "four random words"})
    assert done.status_code == 302
    user = User.objects.get(email="eve@example.com")
    assert client.session["_auth_user_id"] == str(user.pk)
    assert "Il tuo account" in client.get("/").content.decode()
    client.logout()
    assert client.get(link).status_code == 404


def test_a_mail_server_that_fails_is_said(cast, client, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nothing listens there
    client.force_login(cast.ada)
    response = client.post(reverse("home:invite"), {"email": "eve@example.com", "send": "on"})
    page = response.content.decode()
    assert "did not take the message" in page
    assert response.context["link"] in page


def test_an_invitation_is_withdrawn(cast, client):
    invitation, secret = invite(email="eve@example.com", actor=cast.actor("ada"))
    client.force_login(cast.ada)
    client.post(reverse("home:withdraw", args=[invitation.pk]))
    assert client.get(reverse("home:invitation", args=[secret])).status_code == 404


def test_the_effect_of_a_grant_is_shown_before_and_then_happens(cast, client):
    client.force_login(cast.ada)
    page = reverse("home:grant", args=[cast.dag.pk])
    shown = client.get(page, {"role": "administrator"}).content.decode()
    assert "invite users, grant and revoke roles" in shown
    assert not cast.dag.grants.exists()
    response = client.post(page, {"role": "administrator", "starts_on": "2026-01-01"})
    assert response.url == reverse("home:user", args=[cast.dag.pk])
    assert cast.dag.grants.get().role == "administrator"
    again = client.post(page, {"role": "administrator", "starts_on": "2026-02-01"})
    assert "in that time already" in again.content.decode()
    wrong = client.post(
        page, {"role": "finance", "starts_on": "2026-02-01", "ends_on": "2026-01-01"}
    )
    assert wrong.context["form"].errors["ends_on"]


def test_revoking_asks_first_and_keeps_an_administrator(cast, client):
    client.force_login(cast.ada)
    grant = cast.rui.grants.get()
    page = reverse("home:revoke", args=[grant.pk])
    assert "see and steer one" in client.get(page).content.decode()
    assert RoleGrant.objects.get(pk=grant.pk).ends_on is None
    client.post(page)
    assert RoleGrant.objects.get(pk=grant.pk).ends_on is not None
    own = reverse("home:revoke", args=[cast.ada.grants.get().pk])
    response = client.post(own, follow=True)
    assert "Nobody would be left" in response.content.decode()
    assert client.get(reverse("home:revoke", args=[0])).status_code == 404


def test_deactivating_reactivating_and_erasing(cast, client):
    client.force_login(cast.ada)

    def go(name: str) -> str:
        page = reverse(f"home:{name}", args=[cast.bea.pk])
        assert client.get(page).status_code == 200
        return client.post(page, follow=True).content.decode()

    assert "Deactivate the user first" in go("erase")
    assert "cannot sign in any more" in go("deactivate")
    assert "can sign in again" in go("reactivate")
    go("deactivate")
    go("erase")
    assert User.objects.get(pk=cast.bea.pk).email.startswith("erased-")


# --- tokens -------------------------------------------------------------------------------------


def test_a_token_is_made_shown_once_used_and_revoked(cast, client):
    client.force_login(cast.bea)
    response = client.post(
        reverse("home:make-token"), {"name": "Script", "scopes": ["core:read"], "expires": "30"}
    )
    secret = response.context["secret"]
    assert secret in response.content.decode()
    assert secret not in client.get(reverse("home:tokens")).content.decode()
    token = ApiToken.objects.get()
    assert token.expires_at is not None
    page = reverse("home:revoke-token", args=[token.pk])
    assert client.get(page).status_code == 200
    client.post(page)
    client.logout()
    headers = {"Authorization": f"Bearer {secret}"}
    assert client.get("/api/v1/me", headers=headers).status_code == 401
    client.force_login(cast.cy)
    assert client.get(page).status_code == 404


def test_a_service_token_makes_its_account_or_nothing(cast, client):
    client.force_login(cast.ada)
    page = reverse("home:make-service-token")
    form = {"account": "Nightly", "roles": ["sales_operations"], "name": "x", "scopes": []}
    assert client.post(page, form).status_code == 200
    assert not User.objects.filter(is_service=True).exists()
    client.post(page, {**form, "scopes": ["core:read"], "expires": ""})
    assert User.objects.get(is_service=True).name == "Nightly"
    assert ApiToken.objects.get().expires_at is None


# --- organisation and profile -------------------------------------------------------------------

SETTINGS = {
    "name": "Acme",
    "currency": "USD",
    "time_zone": "Europe/Rome",
    "minimum_group_size": "5",
    "kind": "standard",
    "start_month": "7",
    "year_named_by": "end",
}


def test_the_organisation_is_set_up(cast, client):
    from vetta.core.selectors import calendar, organisation

    client.force_login(cast.ada)
    response = client.post(reverse("home:organisation"), SETTINGS)
    assert response.status_code == 302
    kept = organisation()
    assert (kept.name, kept.currency, kept.time_zone) == ("Acme", "USD", "Europe/Rome")
    assert kept.configured_at is not None
    from datetime import date

    assert calendar().period("year", date(2026, 8, 1)).label == "2027"
    changed = audit.read(audit.search(action="core.organisation"), actor=cast.actor("ada"))[0]
    assert {change.field for change in changed.changes} == {
        "name", "currency", "time_zone", "calendar",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "listed", "periods": "2013-08-30"}, "periods"),
        ({"kind": "listed", "periods": "2013-08-30 2013-Q3", "ends_on": "2013-01-01"}, "periods"),
        ({"kind": "weeks", "pattern": "4-4-5", "year_starts": "2026-01-05\n2026-01-09"},
         "year_starts"),
        ({"holidays": "Christmas"}, "start_month"),
        ({"minimum_group_size": "1"}, "minimum_group_size"),
        ({"currency": "XXY"}, "currency"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_said_beside_its_field(cast, client, wrong, field):
    client.force_login(cast.ada)
    response = client.post(reverse("home:organisation"), {**SETTINGS, **wrong})
    assert response.status_code == 200
    assert response.context["form"].errors[field]
    assert not audit.search(action="core.organisation").exists()


def test_calendars_of_every_kind_come_back_as_they_were_typed(cast, client):
    client.force_login(cast.ada)
    page = reverse("home:organisation")
    listed = {
        **SETTINGS, "kind": "listed", "listed": "quarter", "ends_on": "2014-02-28",
        "periods": "2013-08-30 2013-Q3\n2013-11-30 2013-Q4", "holidays": "2013-12-25",
    }  # fmt: skip
    assert client.post(page, listed).status_code == 302
    initial = client.get(page).context["form"].initial
    assert initial["periods"] == listed["periods"]
    assert initial["holidays"] == "2013-12-25"
    starts = "2026-01-05\n2027-01-04"
    weeks = {
        **SETTINGS,
        "kind": "weeks",
        "pattern": "4-5-4",
        "year_starts": starts,
    }
    assert client.post(page, weeks).status_code == 302
    assert client.get(page).context["form"].initial["year_starts"] == starts


def test_only_some_may_change_the_organisation(cast, client):
    client.force_login(cast.bea)
    assert client.post(reverse("home:organisation"), SETTINGS).status_code == 403
    assert "Save settings" not in client.get(reverse("home:organisation")).content.decode()


def test_ones_profile_is_saved_in_ones_language(cast, client):
    client.force_login(cast.bea)
    form = {"name": "Bea B.", "language": "it", "time_zone": "Europe/Rome"}
    response = client.post(reverse("home:profile"), form, follow=True)
    assert "Il tuo profilo" in response.content.decode()
    user = User.objects.get(pk=cast.bea.pk)
    assert (user.name, user.language, user.time_zone) == ("Bea B.", "it", "Europe/Rome")


# --- jobs ---------------------------------------------------------------------------------------


def test_a_job_is_watched_cancelled_and_started_again(cast, client):
    job = enqueue("lab.count", actor=cast.bea, payload={"upto": 1}, title="Count")
    client.force_login(cast.bea)
    page = reverse("home:job", args=[job.pk])
    assert "Waiting for a worker" in client.get(page).content.decode()
    progress = reverse("home:job-progress", args=[job.pk])
    assert "Waiting for a worker" in client.get(progress).content.decode()
    client.post(reverse("home:cancel-job", args=[job.pk]))
    assert Job.objects.get().state == "cancelled"
    assert client.get(progress).headers["HX-Redirect"] == page
    again = client.post(reverse("home:cancel-job", args=[job.pk]), follow=True)
    assert "ended already" in again.content.decode()
    client.post(reverse("home:retry-job", args=[job.pk]))
    assert Job.objects.get().state == "queued"
    client.force_login(cast.cy)
    for name in ("job", "job-progress"):
        assert client.get(reverse(f"home:{name}", args=[job.pk])).status_code == 404
    for name in ("cancel-job", "retry-job"):
        assert client.post(reverse(f"home:{name}", args=[job.pk])).status_code == 404


def test_a_failed_job_says_why(cast, client):
    from vetta.core.jobs.worker import drain

    job = enqueue("lab.refuse", actor=cast.bea)
    drain()
    client.force_login(cast.bea)
    page = client.get(reverse("home:job", args=[job.pk])).content.decode()
    assert "The file is bad." in page
    assert "Send another file." in page


# --- audit --------------------------------------------------------------------------------------


def test_the_trail_is_searched(cast, client):
    audit.record("core.role_granted", actor=cast.ada, subject=cast.bea, request_id="request-1")
    audit.record("core.token_made", actor=cast.rui, subject=audit.Subject("core.apitoken", "77"))
    client.force_login(cast.ada)

    def found(**query: str) -> int:
        return client.get(reverse("home:audit"), query).context["table"].count

    assert found() == 2
    assert found(action="core.role_granted") == 1
    assert found(actor=str(cast.rui.pk)) == 1
    assert found(actor="0") == 0
    assert found(q="request-1") == 1
    assert found(q="apitoken 77") == 1
    assert found(occurred_at_from="2099-01-01") == 0


def test_an_entry_shows_its_field_classes(cast, client):
    audit.record(
        "core.tested",
        actor=cast.ada,
        subject=audit.Subject("coaching.note", "7"),
        changes={"open": ("old", "new"), "note": ("secret", "secrets"), "gone": ("a", "b")},
        classes={"note": audit.AuditClass.FACT_ONLY},
    )
    audit.record(
        "core.tested", actor=cast.ada, subject=cast.bea, changes={"name": ("A", "B")}, person="P"
    )
    audit.record(
        "core.tested",
        actor=cast.ada,
        subject=cast.bea,
        changes={"answer": (None, "x")},
        classes={"answer": audit.AuditClass.SEALED_ACTOR},
    )
    audit.forget("P")
    client.force_login(cast.ada)

    def page(sequence: int) -> str:
        return client.get(reverse("home:audit-entry", args=[sequence])).content.decode()

    assert "only the fact is kept" in page(1)
    assert "secret" not in page(1)
    assert "key was destroyed" in page(2)
    assert "sealed: nobody can read who" in page(3)
    assert client.get(reverse("home:audit-entry", args=[4])).status_code == 404


def test_the_trail_is_verified_in_the_background(cast, client):
    from vetta.core.jobs.worker import drain

    for _number in range(3):
        audit.record("core.tested", actor=cast.ada, subject=cast.bea)
    client.force_login(cast.ada)
    response = client.post(reverse("home:verify-audit"))
    job = Job.objects.get()
    assert response.url == reverse("home:job", args=[job.pk])
    drain()
    page = client.get(reverse("home:audit")).content.decode()
    assert "3 entries are sound" in page
    client.force_login(cast.bea)
    assert client.post(reverse("home:verify-audit")).status_code == 403


def test_the_exported_trail_is_opened_as_far_as_one_may(cast, client):
    audit.record(
        "core.tested", actor=cast.ada, subject=audit.Subject("people.person", "P", "Bea Brown"),
        person="P",
    )  # fmt: skip
    client.force_login(cast.ada)
    response = client.get(reverse("home:audit"), {"export": "csv"})
    body = b"".join(response.streaming_content) if response.streaming else response.content
    assert "Bea Brown" in body.decode("utf-8-sig")
