"""The operations on KPIs and targets."""

from ninja import Router

from . import definitions, questions, shapes, single, targets

__all__ = ["definitions", "questions", "router", "single"]

router = Router()
router.add_router("", shapes.router, tags=["KPIs"])
router.add_router("", targets.router, tags=["targets"])
