"""Running a job: queue, steps, progress, outcome."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django_tasks_db.models import DBTaskResult

from tests.core.lab import calls, declare_lab_jobs
from vetta.core import clock
from vetta.core.access import NotVisible, system_actor
from vetta.core.audit import search
from vetta.core.jobs import (
    JobContext,
    cancel,
    context,
    enqueue,
    get,
    maintenance,
    retry,
    runner,
    take_up_lapsed,
    view,
    visible,
)
from vetta.core.jobs.liveness import identity, is_dead
from vetta.core.jobs.worker import Worker, drain
from vetta.core.models import Job, JobState, MaintenanceRun
from vetta.kernel.problem import ProblemError

pytestmark = pytest.mark.django_db

declare_lab_jobs()
START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _clean_log():
    calls.clear()


def test_a_job_runs_with_its_payload_and_keeps_its_result(cast):
    job = enqueue("lab.count", actor=cast.ada, payload={"upto": 3}, title="Count to three")
    assert (job.state, job.title) == (JobState.QUEUED, "Count to three")
    drain()
    job.refresh_from_db()
    assert (job.state, job.result) == (JobState.DONE, {"counted": 3})
    assert [(step["name"], step["done"], step["total"]) for step in job.steps] == [
        ("Look", 0, None),
        ("Count", 3, 3),
    ]
    assert calls == [("count", 3)]
    assert view(job).percent == 100


def test_a_job_of_nobody_runs_as_the_system(db):
    enqueue("lab.who", actor=None)
    drain()
    assert calls == [("who", None, True)]


def test_a_job_runs_with_the_roles_of_its_moment(cast):
    enqueue("lab.who", actor=cast.rui)
    cast.rui.grants.update(ends_on=clock.today())
    drain()
    assert calls == [("who", cast.rui.pk, False)]


def test_an_unknown_job_is_refused(db):
    with pytest.raises(LookupError, match=r"lab\.nothing"):
        enqueue("lab.nothing", actor=None)


def test_a_failure_says_what_and_what_to_do(cast):
    job = enqueue("lab.refuse", actor=cast.ada)
    drain()
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert job.error["code"] == "lab.bad_file"
    assert job.error["hint"] == "Send another file."
    assert len(job.error["problems"]) == 2


def test_an_unforeseen_failure_hides_its_insides(cast, caplog):
    job = enqueue("lab.crash", actor=cast.ada)
    drain()
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert job.error["code"] == "core.job_failed"
    assert "kaboom" not in str(job.error)
    assert "kaboom" in caplog.text


def test_a_failed_job_can_be_started_again(cast):
    job = enqueue("lab.crash", actor=cast.bea)
    drain()
    job = retry(job.pk, actor=cast.actor("bea"))
    assert (job.state, job.steps, job.error) == (JobState.QUEUED, [], {})
    drain()
    job.refresh_from_db()
    assert job.attempt == 2
    assert search(action="core.job_retried").count() == 1
    with pytest.raises(NotVisible):
        retry(job.pk, actor=cast.actor("cy"))


def test_what_is_done_is_not_started_again(cast):
    job = enqueue("lab.count", actor=cast.ada, payload={"upto": 1})
    drain()
    with pytest.raises(ProblemError, match="failed or was cancelled"):
        retry(job.pk, actor=cast.actor("ada"))


def test_a_waiting_job_is_cancelled_at_once(cast):
    job = enqueue("lab.count", actor=cast.bea, payload={"upto": 1})
    assert cancel(job.pk, actor=cast.actor("bea")).state == JobState.CANCELLED
    drain()
    assert calls == []
    with pytest.raises(ProblemError, match="ended already"):
        cancel(job.pk, actor=cast.actor("bea"))


def test_a_running_job_stops_at_its_next_safe_point(cast):
    job = enqueue("lab.cancel_itself", actor=cast.ada)
    drain()
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    assert job.finished_at is not None
    assert calls == [("before", True)]


def test_a_stopping_worker_returns_its_job_to_the_queue_without_cost(cast):
    job = enqueue("lab.stop_worker", actor=cast.ada)
    worker = Worker(drain=True)
    calls.append(worker)
    worker.run()
    job.refresh_from_db()
    assert (job.state, job.attempt, job.attempts_allowed) == (JobState.QUEUED, 1, 4)
    drain()
    job.refresh_from_db()
    assert job.state == JobState.DONE


def test_whose_lease_was_lost_disturbs_nobody(cast):
    job = enqueue("lab.lose_lease", actor=cast.ada)
    drain()
    job.refresh_from_db()
    assert (job.state, job.attempt, job.steps) == (JobState.RUNNING, 7, ["another's"])


@pytest.mark.parametrize(
    ("worker", "lease_until", "taken"),
    [
        ("elsewhere/12/34", START - timedelta(seconds=1), True),
        ("elsewhere/12/34", START + timedelta(seconds=1), False),
        (None, START - timedelta(seconds=1), False),  # this very process: it lives
        ("dead", START + timedelta(seconds=1), True),
    ],
)
def test_lapsed_leases_are_taken_up(cast, worker, lease_until, taken):
    host = identity().partition("/")[0]
    name = {None: identity(), "dead": f"{host}/999999999/1"}.get(worker, worker)
    job = enqueue("lab.count", actor=cast.ada, payload={"upto": 1})
    Job.objects.update(state="running", worker=name, attempt=1, lease_until=lease_until)
    with clock.stopped_at(START):
        assert [each.pk for each in take_up_lapsed()] == ([job.pk] if taken else [])
    job.refresh_from_db()
    assert job.state == (JobState.QUEUED if taken else JobState.RUNNING)


def test_a_job_that_kills_its_workers_is_given_up(cast):
    job = enqueue("lab.count", actor=cast.ada, payload={"upto": 1})
    Job.objects.update(state="running", worker="elsewhere/1/1", attempt=3, lease_until=START)
    take_up_lapsed()
    job.refresh_from_db()
    assert (job.state, job.error["code"]) == (JobState.FAILED, "core.job_worker_died")


def test_a_cancelled_orphan_is_closed(cast):
    job = enqueue("lab.count", actor=cast.ada, payload={"upto": 1})
    Job.objects.update(
        state="running", worker="elsewhere/1/1", lease_until=START, cancel_requested_at=START
    )
    take_up_lapsed()
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED


def test_a_job_whose_task_was_taken_by_a_worker_that_died_at_once_is_queued_again(cast):
    job = enqueue("lab.count", actor=cast.ada, payload={"upto": 1})
    host = identity().partition("/")[0]
    DBTaskResult.objects.get().claim(f"{host}/999999999/1")
    assert [each.pk for each in take_up_lapsed()] == [job.pk]
    assert take_up_lapsed() == []
    drain()
    job.refresh_from_db()
    assert job.state == JobState.DONE


def test_this_process_is_known_to_live():
    assert is_dead(identity()) is False
    assert is_dead("elsewhere/1/1") is None
    assert is_dead("nonsense") is None
    assert len(identity()) <= 64


def test_the_lease_is_renewed_while_the_job_runs(cast, monkeypatch):
    """The thread's own query cannot see this test's transaction, so the row is a stand-in."""
    job = enqueue("lab.count", actor=cast.ada, payload={"upto": 1})
    job.state, job.worker, job.attempt = JobState.RUNNING, identity(), 1
    beats = threading.Event()

    class Rows:
        def filter(self, **wanted):
            assert wanted == {
                "pk": job.pk, "state": JobState.RUNNING, "worker": identity(), "attempt": 1,
            }  # fmt: skip
            return self

        def update(self, *, lease_until):
            assert lease_until > clock.now()
            beats.set()
            return 1

    monkeypatch.setattr(runner, "lease", lambda: timedelta(seconds=0.03))
    monkeypatch.setattr(runner.Job, "objects", Rows())
    with runner._kept_alive(JobContext(job)):
        assert beats.wait(5)


def test_remaining_time_follows_the_pace_of_the_step(cast):
    job = enqueue("lab.count", actor=cast.ada, payload={"upto": 1})
    with clock.stopped_at(START):
        Job.objects.update(state="running", attempt=1)
        job.refresh_from_db()
        held = JobContext(job)
        held.plan("Read", "Check")
        held.step("Read", total=100)
    with clock.stopped_at(START + timedelta(seconds=10)):
        held._written_at = 0
        held.advance(25)
        shown = view(Job.objects.get(pk=job.pk))
    assert [step.state for step in shown.steps] == ["running", "waiting"]
    assert (shown.percent, shown.remaining_seconds) == (25, 30)


def test_progress_is_written_at_most_twice_a_second(cast, django_assert_num_queries):
    job = enqueue("lab.count", actor=cast.ada, payload={"upto": 1})
    Job.objects.update(state="running")
    job.refresh_from_db()
    held = JobContext(job)
    held.step("Read", total=100_000)
    with django_assert_num_queries(0):
        for done in range(1000):
            held.advance(done)
    assert context._WRITE_EVERY == 0.5


def test_everybody_sees_his_own_jobs_only(cast):
    for name in ("ada", "bea", "dag"):
        enqueue("lab.count", actor=getattr(cast, name), payload={"upto": 1})
    seen = {name: visible(cast.actor(name)).count() for name in ("ada", "rui", "bea", "cy", "dag")}
    assert seen == {"ada": 3, "rui": 0, "bea": 1, "cy": 0, "dag": 0}
    of_bea = Job.objects.get(actor=cast.bea)
    for stranger in ("cy", "dag", "rui"):
        with pytest.raises(NotVisible):
            get(of_bea.pk, actor=cast.actor(stranger))
    with pytest.raises(NotVisible):
        get("not-a-number", actor=system_actor())


def test_chores_are_done_once_when_due(db, monkeypatch):
    done = []
    monkeypatch.setattr(maintenance, "_chores", {})
    maintenance.register_maintenance("lab.good", lambda: done.append(1), every=timedelta(hours=1))
    maintenance.register_maintenance("lab.bad", lambda: 1 / 0, every=timedelta(hours=1))
    with clock.stopped_at(START):
        assert maintenance.run_due() == ["lab.good"]
        assert maintenance.run_due() == []
    with clock.stopped_at(START + timedelta(hours=1)):
        assert maintenance.run_due() == ["lab.good"]
    assert len(done) == 2
    assert MaintenanceRun.objects.count() == 2
