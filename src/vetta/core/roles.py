"""The roles of a sales organisation."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What somebody does here. A user may hold several, each from a day to a day."""

    REPRESENTATIVE = "representative", _("Representative")
    MANAGER = "manager", _("Manager")
    EXECUTIVE = "executive", _("Executive")
    SALES_OPERATIONS = "sales_operations", _("Sales operations")
    FINANCE = "finance", _("Finance")
    ENABLEMENT = "enablement", _("Enablement")
    RECRUITER = "recruiter", _("Recruiter")
    ADMINISTRATOR = "administrator", _("Administrator")
