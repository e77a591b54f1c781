"""The import door's work in the background: check, import, send again, take back.

Declared when any process starts; the services, with all that reads and writes files, are imported
by the job that runs.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vetta.core.files import path_of
from vetta.core.jobs import JobContext, job
from vetta.core.models import StoredFile
from vetta.intake.contracts import ImportResult
from vetta.intake.mapping import read_mapping
from vetta.intake.models import KeptMapping
from vetta.kernel.problem import Problem, ProblemError


@contextmanager
def delivered(files: Sequence[StoredFile]) -> Iterator[Path]:
    """A folder that holds uploads under their own names, for as long as the block lasts.

    Uploads lie under their content hash; mappings speak of names. The folder links to the bytes.
    """
    folder = Path(settings.VETTA_HOME.staging) / f"delivery-{uuid.uuid4().hex}"
    folder.mkdir(mode=0o700, parents=True)
    try:
        for file in files:
            target = folder / file.name
            try:
                os.link(path_of(file), target)
            except OSError:
                shutil.copyfile(path_of(file), target)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _progress(context: JobContext) -> Callable[[str, int, int | None], None]:
    """Tells a job what an import tells; what is committed is never cut short."""
    current = ""

    def tell(step: str, done: int, total: int | None) -> None:
        nonlocal current
        if step != current:
            current = step
            context.step(step, total)
        context.advance(done, total)
        if step != "committing":
            context.check_cancelled()

    return tell


def _uploads(ids: Sequence[str]) -> list[StoredFile]:
    found = {str(file.pk): file for file in StoredFile.objects.filter(pk__in=ids)}
    if missing := [one for one in ids if one not in found]:
        raise ProblemError(
            Problem(
                "intake.upload_gone",
                _("An uploaded file is not there any more."),
                _("Upload it again."),
                details={"file": missing[0]},
            )
        )
    return [found[one] for one in ids]


def _through(
    context: JobContext, files: Sequence[str], mapping: int, *, dry_run: bool
) -> ImportResult:
    from vetta.intake import services

    kept = KeptMapping.objects.get(pk=mapping)
    uploads = _uploads(files)
    with delivered(uploads) as folder:
        return services.run_import(
            sorted(folder.iterdir()),
            read_mapping(kept.text),
            actor=context.actor,
            dry_run=dry_run,
            progress=_progress(context),
            kept=kept,
            title=", ".join(file.name for file in uploads)[:200],
        )


@job("intake.check", title=gettext_lazy("Check of an import"))
def check_files(context: JobContext, *, files: list[str], mapping: int) -> dict[str, Any]:
    """Read, map and check every row; nothing is written."""
    context.plan("reading", "checking", "writing")
    return _through(context, files, mapping, dry_run=True).as_json()


@job("intake.import", title=gettext_lazy("Import"), url_name="intake:batch")
def import_files(context: JobContext, *, files: list[str], mapping: int) -> dict[str, Any]:
    """Bring the files in. Run again from its start, the same rows change nothing."""
    context.plan("reading", "checking", "writing", "committing")
    return _through(context, files, mapping, dry_run=False).as_json()


@job("intake.resend", title=gettext_lazy("Repaired rows"), url_name="intake:batch")
def resend_rows(context: JobContext, *, batch: str) -> dict[str, Any]:
    """Send a batch's repaired rows again; the page goes on with the batch that refused them."""
    from vetta.intake import services

    result = services.resend_quarantine(batch, actor=context.actor, progress=_progress(context))
    return {**result.as_json(), "landed_in": result.batch, "batch": batch}


@job("intake.undo", title=gettext_lazy("Undo of an import"), url_name="intake:batch")
def undo_import(context: JobContext, *, batch: str) -> dict[str, Any]:
    """Take a batch back."""
    from vetta.intake import services

    context.step("undoing")
    result = services.undo_batch(batch, actor=context.actor)
    return {**result.as_json(), "undone_in": result.batch, "batch": batch}
