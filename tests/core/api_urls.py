"""An API of the house's own operations, and three that fail in their own ways."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import include, path
from ninja import File, NinjaAPI, Router, UploadedFile

from vetta.core import api as core_api
from vetta.core.models import Organisation
from vetta.kernel.problem import Problem, ProblemError

lab = Router()
CALLS: list[str] = []


@lab.post("/lab/add")
def add(request: HttpRequest, name: str, fail: bool = False) -> dict[str, int]:
    CALLS.append(name)
    if fail:
        raise RuntimeError("secret inside")
    return {"calls": len(CALLS)}


@lab.post("/lab/upload")
def upload(request: HttpRequest, file: File[UploadedFile]) -> dict[str, int]:
    CALLS.append(file.name or "")
    return {"size": len(file.read())}


@lab.post("/lab/refuse")
def refuse(request: HttpRequest, how: str) -> None:
    if how == "problem":
        raise ProblemError(Problem(code="lab.bad", message="Bad.", hint="Better.", row=3))
    if how == "denied":
        raise PermissionDenied("Not you.")
    Organisation.objects.get(pk=99)


api = NinjaAPI(auth=core_api.AUTHENTICATION, urls_namespace="lab")
core_api.install(api)
api.add_router("", core_api.router)
api.add_router("", lab)
urlpatterns = [path("api/v1/", api.urls), path("accounts/", include("allauth.urls"))]
