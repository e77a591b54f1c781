"""The API's ground: who calls, what errors look like, pages, idempotency, limits."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.core.api_urls import CALLS
from tests.core.lab import declare_lab_jobs
from vetta.core import audit, clock, tokens
from vetta.core.access import NotAllowed, NotVisible, system_actor
from vetta.core.jobs import enqueue
from vetta.core.models import ApiToken, IdempotencyKey, User
from vetta.core.users import create_service_account, deactivate
from vetta.kernel.problem import ProblemError

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.api_urls")]
declare_lab_jobs()
ALL = ("core:read", "core:write")


@pytest.fixture(autouse=True)
def _no_calls():
    CALLS.clear()


def bearer(user: User, *scopes: str, **fields) -> dict[str, str]:
    from vetta.core.access import actor_for

    _token, secret = tokens.make_token(
        user=user, name="Test", scopes_wanted=scopes or ALL, actor=actor_for(user), **fields
    )
    return {"Authorization": f"Bearer {secret}"}


def problem(response, status: int, code: str) -> dict:
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["code"] == code
    assert body["status"] == status
    assert body["type"] == f"urn:vetta:problem:{code}"
    assert body["instance"].endswith(response.headers["X-Request-ID"])
    return body


# --- who calls ----------------------------------------------------------------------------------


def test_nobody_is_refused_with_a_way_in(client):
    response = client.get("/api/v1/me")
    assert "Bearer" in problem(response, 401, "core.not_signed_in")["hint"]
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_acts_as_its_user_within_its_scopes(cast, client):
    body = client.get("/api/v1/me", headers=bearer(cast.rui, "core:read")).json()
    assert (body["name"], body["roles"], body["scopes"]) == ("Rui", ["manager"], ["core:read"])
    assert body["permissions"] == ["core.organisation.view"]


@pytest.mark.parametrize("spoil", ["wrong", "revoked", "expired", "inactive", "empty"])
def test_a_token_that_opens_nothing(cast, client, spoil):
    headers = bearer(cast.bea)
    if spoil == "wrong":
        headers["Authorization"] += "x"
    elif spoil == "empty":
        headers["Authorization"] = "Bearer "
    elif spoil == "revoked":
        token = ApiToken.objects.get()
        tokens.revoke_token(token_id=token.pk, actor=cast.actor("bea"))
    elif spoil == "expired":
        ApiToken.objects.update(expires_at=clock.now())
    else:
        deactivate(user=cast.bea, actor=cast.actor("ada"))
    problem(client.get("/api/v1/me", headers=headers), 401, "core.not_signed_in")


def test_a_bad_token_is_not_saved_by_a_session(cast, client):
    client.force_login(cast.ada)
    response = client.get("/api/v1/me", headers={"Authorization": "Bearer nonsense"})
    problem(response, 401, "core.not_signed_in")


def test_a_session_needs_its_csrf_token_to_change_anything(cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.ada)
    assert client.get("/api/v1/me").json()["scopes"] is None
    response = client.post("/api/v1/lab/add?name=x")
    problem(response, 403, "core.not_allowed")
    client.cookies["csrftoken"] = "a" * 32
    response = client.post("/api/v1/lab/add?name=x", headers={"X-CSRFToken": "a" * 32})
    assert response.status_code == 200


def test_a_token_needs_no_csrf_token(cast):
    client = Client(enforce_csrf_checks=True)
    response = client.post("/api/v1/lab/add?name=x", headers=bearer(cast.ada))
    assert response.status_code == 200


def test_the_last_use_is_noted_once_a_minute(cast, client, django_assert_num_queries):
    headers = bearer(cast.bea)
    assert ApiToken.objects.get().last_used_at is None
    client.get("/api/v1/me", headers=headers)
    first = ApiToken.objects.get().last_used_at
    with django_assert_num_queries(3):  # the token with its user, the roles, the organisation
        client.get("/api/v1/me", headers=headers)
    assert ApiToken.objects.get().last_used_at == first


# --- tokens -------------------------------------------------------------------------------------


def test_a_token_is_made_shown_once_and_revoked(cast, client):
    client.force_login(cast.bea)
    made = client.post(
        "/api/v1/tokens",
        {"name": "Script", "scopes": ["core:read"]},
        content_type="application/json",
    )
    assert made.status_code == 201
    secret = made.json()["secret"]
    assert secret.startswith(made.json()["prefix"])
    assert secret not in str(ApiToken.objects.values())
    listed = client.get("/api/v1/tokens").json()
    assert (listed["total"], "secret" in listed["items"][0]) == (1, False)
    path = f"/api/v1/tokens/{made.json()['id']}"
    assert client.delete(path).status_code == 204
    assert client.delete(path).status_code == 204
    assert ApiToken.objects.get().revoked_at is not None
    assert audit.search(action="core.token_").count() == 2
    assert secret not in str(list(audit.search().values()))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"name": "x", "scopes": []}, "core.unknown_scope"),
        ({"name": "x", "scopes": ["everything"]}, "core.unknown_scope"),
        ({"name": " ", "scopes": ["core:read"]}, "core.name_missing"),
        (
            {"name": "x", "scopes": ["core:read"], "expires_at": "2020-01-01T00:00Z"},
            "core.bad_dates",
        ),
        ({"scopes": ["core:read"]}, "core.bad_value"),
    ],
)
def test_a_bad_token_request_says_why(cast, client, body, code):
    client.force_login(cast.bea)
    response = client.post("/api/v1/tokens", body, content_type="application/json")
    problem(response, 422, code)
    assert not ApiToken.objects.exists()


def test_a_token_makes_none_wider_than_itself(cast, client):
    response = client.post(
        "/api/v1/tokens",
        {"name": "x", "scopes": ["core:read", "core:write"]},
        content_type="application/json",
        headers=bearer(cast.bea, "core:write"),
    )
    assert response.status_code == 201  # to write is to read
    response = client.post(
        "/api/v1/tokens",
        {"name": "x", "scopes": ["core:write"]},
        content_type="application/json",
        headers=bearer(cast.bea, "core:read"),
    )
    problem(response, 403, "core.not_allowed")


def test_tokens_of_others_do_not_exist(cast, client):
    bearer(cast.bea)
    token = ApiToken.objects.get()
    for stranger in (cast.cy, cast.ada, cast.dag):
        client.force_login(stranger)
        problem(client.delete(f"/api/v1/tokens/{token.pk}"), 404, "core.not_found")
        assert client.get("/api/v1/tokens").json()["total"] == 0
    with pytest.raises(NotVisible):
        tokens.make_token(
            user=cast.bea, name="x", scopes_wanted=["core:read"], actor=cast.actor("ada")
        )


def test_service_tokens_are_the_administrators(cast, client):
    robot = create_service_account(name="Robot", roles=("finance",), actor=cast.actor("ada"))
    with pytest.raises(NotAllowed):
        tokens.make_token(
            user=robot, name="x", scopes_wanted=["core:read"], actor=cast.actor("bea")
        )
    _token, secret = tokens.make_token(
        user=robot, name="Nightly", scopes_wanted=["core:read"], actor=cast.actor("ada")
    )
    me = client.get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"}).json()
    assert me["roles"] == ["finance"]
    client.force_login(cast.ada)
    assert [item["user"] for item in client.get("/api/v1/tokens").json()["items"]] == ["Robot"]


def test_a_token_to_come_too_late(cast):
    with pytest.raises(ProblemError, match="expired already"):
        bearer(cast.bea, expires_at=clock.now() - timedelta(days=1))


# --- errors -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "status", "code"),
    [("problem", 422, "lab.bad"), ("denied", 403, "core.not_allowed")],
)
def test_refusals_are_problem_details(cast, client, how, status, code):
    client.force_login(cast.ada)
    body = problem(client.post(f"/api/v1/lab/refuse?how={how}"), status, code)
    if how == "problem":
        assert (body["hint"], body["problems"][0]["row"]) == ("Better.", 3)


def test_an_unforeseen_failure_keeps_its_insides(cast, client, caplog):
    client.force_login(cast.ada)
    response = client.post("/api/v1/lab/add?name=x&fail=true")
    problem(response, 500, "core.unforeseen")
    assert "secret inside" not in response.content.decode()
    assert "secret inside" in caplog.text


def test_an_address_that_nothing_has(cast, client):
    client.force_login(cast.ada)
    problem(client.get("/api/v1/nothing/here"), 404, "core.not_found")


def test_a_wrong_method(cast, client):
    client.force_login(cast.ada)
    assert client.delete("/api/v1/me").status_code == 405


def test_a_missing_value_is_named(cast, client):
    client.force_login(cast.ada)
    body = problem(client.post("/api/v1/lab/add"), 422, "core.bad_value")
    assert body["problems"][0]["column"] == "name"


def test_what_is_too_large_is_refused_unread(cast, client, settings):
    settings.VETTA_UPLOAD_MAX_BYTES = 100
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 50
    client.force_login(cast.ada)
    over = {"name": "x" * 200, "scopes": []}
    response = client.post("/api/v1/tokens", over, content_type="application/json")
    problem(response, 413, "core.request_too_large")
    response = client.post("/api/v1/tokens", {"name": "x" * 60}, content_type="application/json")
    problem(response, 413, "core.request_too_large")


# --- idempotency --------------------------------------------------------------------------------


def keyed(client, path: str, key: str = "k-1", **arguments):
    return client.post(path, headers={"Idempotency-Key": key}, **arguments)


def test_the_same_request_twice_is_done_once(cast, client):
    client.force_login(cast.ada)
    first, second = (keyed(client, "/api/v1/lab/add?name=x") for _ in range(2))
    assert (first.json(), second.json()) == ({"calls": 1}, {"calls": 1})
    assert CALLS == ["x"]
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert keyed(client, "/api/v1/lab/add?name=x", "k-2").json() == {"calls": 2}


def test_another_request_with_the_same_key_conflicts(cast, client):
    client.force_login(cast.ada)
    keyed(client, "/api/v1/lab/add?name=x")
    problem(keyed(client, "/api/v1/lab/add?name=y"), 422, "core.idempotency_conflict")
    body = json.dumps({"name": "x"})
    response = keyed(client, "/api/v1/lab/add?name=x", data=body, content_type="application/json")
    problem(response, 422, "core.idempotency_conflict")
    assert CALLS == ["x"]


def test_a_repetition_amid_the_first_waits(cast, client):
    client.force_login(cast.ada)
    keyed(client, "/api/v1/lab/add?name=x")
    IdempotencyKey.objects.update(status=None)
    response = keyed(client, "/api/v1/lab/add?name=x")
    problem(response, 409, "core.idempotency_under_way")
    assert response.headers["Retry-After"] == "1"
    with clock.stopped_at(clock.now() + timedelta(minutes=11)):  # the first has died
        assert keyed(client, "/api/v1/lab/add?name=x").status_code == 200


def test_keys_are_ones_own(cast, client):
    for user in (cast.ada, cast.bea):
        client.force_login(user)
        keyed(client, "/api/v1/lab/add?name=x")
    assert len(CALLS) == 2


def test_a_failure_can_be_repeated_in_earnest(cast, client):
    client.force_login(cast.ada)
    keyed(client, "/api/v1/lab/add?name=x&fail=true")
    keyed(client, "/api/v1/lab/add?name=x&fail=true")
    assert len(CALLS) == 2
    assert not IdempotencyKey.objects.exists()


def test_a_refusal_is_repeated_as_it_was(cast, client):
    client.force_login(cast.ada)
    problem(keyed(client, "/api/v1/lab/refuse?how=problem"), 422, "lab.bad")
    again = keyed(client, "/api/v1/lab/refuse?how=problem")
    assert (again.status_code, again.json()["code"]) == (422, "lab.bad")
    assert again.headers["Idempotency-Replayed"] == "true"


def test_uploads_count_by_content(cast, client):
    client.force_login(cast.ada)

    def send(content: bytes):
        upload = SimpleUploadedFile("a.csv", content)
        return keyed(client, "/api/v1/lab/upload", data={"file": upload})

    assert send(b"a,b").json() == {"size": 3}
    assert send(b"a,b").headers["Idempotency-Replayed"] == "true"
    problem(send(b"a,c"), 422, "core.idempotency_conflict")
    assert len(CALLS) == 1


def test_a_key_is_forgotten_after_a_day(cast, client):
    client.force_login(cast.ada)
    keyed(client, "/api/v1/lab/add?name=x")
    with clock.stopped_at(clock.now() + timedelta(hours=25)):
        keyed(client, "/api/v1/lab/add?name=y")
    assert CALLS == ["x", "y"]


@pytest.mark.parametrize("key", [" ", "x" * 256])
def test_a_key_has_a_sensible_length(cast, client, key):
    client.force_login(cast.ada)
    response = keyed(client, "/api/v1/lab/add?name=x", key)
    problem(response, 400, "core.bad_idempotency_key")


# --- jobs, audit, organisation, pages -----------------------------------------------------------


def test_jobs_are_listed_read_cancelled_and_retried(cast, client):
    job = enqueue("lab.count", actor=cast.bea, payload={"upto": 1})
    enqueue("lab.count", actor=cast.cy, payload={"upto": 1})
    client.force_login(cast.bea)
    listed = client.get("/api/v1/jobs?state=queued").json()
    assert [item["id"] for item in listed["items"]] == [str(job.pk)]
    assert client.get(f"/api/v1/jobs/{job.pk}").json()["state"] == "queued"
    assert client.post(f"/api/v1/jobs/{job.pk}/cancel").json()["state"] == "cancelled"
    problem(client.post(f"/api/v1/jobs/{job.pk}/cancel"), 422, "core.job_ended")
    assert client.post(f"/api/v1/jobs/{job.pk}/retry").json()["state"] == "queued"
    client.force_login(cast.cy)
    problem(client.get(f"/api/v1/jobs/{job.pk}"), 404, "core.not_found")
    problem(client.post(f"/api/v1/jobs/{job.pk}/cancel"), 404, "core.not_found")


def test_lists_come_in_pages_and_in_order(cast, client, django_assert_max_num_queries):
    for number in range(7):
        enqueue("lab.count", actor=cast.ada, payload={"upto": 1}, title=f"Number {number}")
    client.force_login(cast.ada)
    with django_assert_max_num_queries(6):
        page = client.get("/api/v1/jobs?page=2&page_size=3&order=created").json()
    assert [item["title"] for item in page["items"]] == ["Number 3", "Number 4", "Number 5"]
    assert {name: page[name] for name in ("total", "page", "page_size", "pages")} == {
        "total": 7,
        "page": 2,
        "page_size": 3,
        "pages": 3,
    }
    assert client.get("/api/v1/jobs?page=99").json()["items"] == []
    problem(client.get("/api/v1/jobs?order=secret"), 422, "core.bad_order")
    problem(client.get("/api/v1/jobs?page_size=501"), 422, "core.bad_value")


def test_the_trail_is_the_administrators(cast, client):
    audit.record("core.tested", actor=cast.ada, subject=cast.bea, changes={"name": ("B", "Bea")})
    client.force_login(cast.ada)
    entry = client.get("/api/v1/audit?action=core.tested").json()["items"][0]
    assert (entry["actor"], entry["changes"][0]["after"]) == ("Ada", "Bea")
    found = client.get("/api/v1/audit/verification").json()
    assert (found["is_sound"], found["entries"]) == (True, 1)
    assert client.get(f"/api/v1/audit/verification?anchor={'0' * 63}1").json()["is_sound"] is False
    for stranger in (cast.rui, cast.dag):
        client.force_login(stranger)
        problem(client.get("/api/v1/audit"), 403, "core.not_allowed")
        problem(client.get("/api/v1/audit/verification"), 403, "core.not_allowed")


def test_the_organisation_is_known_to_every_role(cast, client):
    client.force_login(cast.bea)
    body = client.get("/api/v1/organisation").json()
    assert (body["currency"], body["time_zone"]) == ("EUR", "UTC")
    client.force_login(cast.dag)
    problem(client.get("/api/v1/organisation"), 403, "core.not_allowed")


def test_the_system_is_nobody_to_the_api(client):
    assert system_actor().user is None
    problem(client.get("/api/v1/jobs"), 401, "core.not_signed_in")
