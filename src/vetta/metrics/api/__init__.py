"""The operations on KPIs and targets."""

from ninja import Router

from . import definitions, questions, targets

router = Router()
router.add_router("", questions.router, tags=["KPIs"])
router.add_router("", definitions.router, tags=["KPIs"])
router.add_router("", targets.router, tags=["targets"])

__all__ = ["router"]
