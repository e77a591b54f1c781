"""What every operation of the API shares, and the house's own operations.

``vetta.site.api`` makes the API: ``install(api)`` gives it our answers to errors,
``AUTHENTICATION`` is how callers prove who they are, ``router`` holds the operations on jobs,
tokens and the rest.
"""

from vetta.core.api.authentication import AUTHENTICATION
from vetta.core.api.paging import Page, Shown, ordered
from vetta.core.api.problems import ProblemDetails, install, problem_response
from vetta.core.api.routers import REFUSALS, router

__all__ = [
    "AUTHENTICATION",
    "REFUSALS",
    "Page",
    "ProblemDetails",
    "Shown",
    "install",
    "ordered",
    "problem_response",
    "router",
]
