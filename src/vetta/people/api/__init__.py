"""The operations on people and their organisation."""

from ninja import Router

from . import access, organisation, people

router = Router()
# Before people: what stands behind a key must be tried before the key alone.
router.add_router("", access.router, tags=["people"])
router.add_router("", people.router, tags=["people"])
router.add_router("", organisation.router, tags=["organisation"])

__all__ = ["router"]
