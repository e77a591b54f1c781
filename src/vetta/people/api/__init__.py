"""The operations on people and their organisation."""

from ninja import Router

from . import organisation, people

router = Router()
router.add_router("", people.router, tags=["people"])
router.add_router("", organisation.router, tags=["organisation"])

__all__ = ["router"]
