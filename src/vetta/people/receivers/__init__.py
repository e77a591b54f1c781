"""What the import door can bring into this room. Registered when the program starts."""

from .attributes import PersonAttributesReceiver
from .base import Receiver
from .organisation import PositionsReceiver, TeamsReceiver
from .people import PeopleReceiver
from .placing import AssignmentsReceiver, ReportingLinesReceiver

#: In the order in which a batch brings them.
RECEIVERS: tuple[Receiver, ...] = (
    TeamsReceiver(),
    PeopleReceiver(),
    PositionsReceiver(),
    AssignmentsReceiver(),
    ReportingLinesReceiver(),
    PersonAttributesReceiver(),
)

__all__ = ["RECEIVERS", "Receiver"]
