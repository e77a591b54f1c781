"""The import door by API: upload, look, repair, undo; who may."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from vetta.core.jobs import get
from vetta.core.jobs.worker import drain
from vetta.core.models import Job, JobState
from vetta.intake.models import Batch
from vetta.intake.services import keep_mapping

CSV = (
    b"id,owner,stage,amount,currency,created,closed\n"
    b"1,Ann,Won,1,EUR,2024-01-05,\n2,B,Huh,1,EUR,2024-01-05,\n"
)


def upload(client, door, **fields):
    file = SimpleUploadedFile("deals.csv", CSV, content_type="text/csv")
    return client.post("/api/v1/imports", {"files": file, **fields})


@pytest.fixture
def ada(client, cast):
    client.force_login(cast.ada)
    return client


def run_jobs():
    drain()
    for job in Job.objects.all():
        assert job.state == JobState.DONE, job.error


def test_upload_look_repair_and_undo(ada, door, cast, actor):
    keep_mapping("crm", door.mapping, actor=actor)
    answer = upload(ada, door, mapping="crm")
    assert answer.status_code == 202, answer.content
    run_jobs()
    job = get(answer.json()["job"], actor=cast.actor("ada"))
    assert job.result["tables"]["opportunities"]["quarantined"] == 1
    batch = ada.get("/api/v1/imports").json()["items"][0]
    assert batch["tables"]["opportunities"]["inserted"] == 1
    base = f"/api/v1/imports/{batch['id']}"
    row = ada.get(f"{base}/quarantine").json()["items"][0]
    assert row["reasons"][0]["code"] == "intake.unknown_value"
    assert ada.get(f"{base}/reasons").json()[0]["values"] == [["Huh", 1]]
    fixed = ada.patch(
        f"{base}/quarantine/{row['id']}",
        {"fixes": {"stage": "Won"}},
        content_type="application/json",
    )
    assert fixed.json()["fixes"] == {"stage": "Won"}
    assert ada.post(f"{base}/resend").status_code == 202
    run_jobs()
    assert len(door.rows()) == 2
    newest = ada.get("/api/v1/imports").json()["items"][0]["id"]
    assert ada.post(f"/api/v1/imports/{newest}/undo").status_code == 202
    run_jobs()
    assert len(door.rows()) == 1
    assert ada.get(f"/api/v1/imports/{newest}").json()["state"] == "undone"


def test_an_inline_mapping_and_a_dry_run(ada, door):
    assert upload(ada, door, mapping_text=door.mapping, dry_run="true").status_code == 202
    run_jobs()
    assert Batch.objects.count() == 0
    assert ada.get("/api/v1/mappings").json()["items"][0]["name"] == "crm"


def test_a_mapping_must_be_named_once(ada, door):
    assert upload(ada, door).status_code in (400, 422)
    assert upload(ada, door, mapping="nope").status_code == 404
    answer = upload(ada, door, mapping_text="source: [")
    assert answer.status_code in (400, 422)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "imports"),
        ("get", "imports/x"),
        ("get", "imports/x/problems"),
        ("get", "imports/x/reasons"),
        ("get", "imports/x/quarantine"),
        ("post", "imports/x/undo"),
        ("post", "imports/x/resend"),
        ("delete", "imports/x/quarantine"),
        ("get", "mappings"),
        ("get", "data-quality"),
        ("get", "unmatched-owners"),
    ],
)
@pytest.mark.parametrize("name", ["rui", "bea", "cy", "dag"])
def test_others_are_refused(client, cast, method, path, name):
    client.force_login(getattr(cast, name))
    assert getattr(client, method)(f"/api/v1/{path}").status_code in (403, 404)


def test_nobody_is_refused(client, db):
    assert client.get("/api/v1/imports").status_code == 401


def test_quality_is_answered(ada, door):
    door.deals("1,Ann,Won,1,EUR,2024-01-05,")
    door.run()
    report = ada.get("/api/v1/data-quality").json()
    assert report["tables"][0]["rows"] == 1
    assert report["unmatched"] == 1
    assert ada.get("/api/v1/unmatched-owners").json()["items"][0]["owner_id"] == "Ann"
