"""What every test shares: a data folder of its own, never the developer's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

pytest_plugins = ["tests.cast"]

# The tests' own settings are loaded by now (``--ds``); what they start runs with the product's.
os.environ["DJANGO_SETTINGS_MODULE"] = "vetta.site.settings"

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture
def vetta_home(tmp_path, settings):
    """A fresh data folder for one test; the workspace database stays the test's own."""
    from vetta.core.data_folder import DataFolder

    settings.VETTA_HOME = DataFolder(tmp_path / "home").ensure()
    return settings.VETTA_HOME


@pytest.fixture
def shared_data():
    """The folder of the public data sets; skips, saying so, where it is absent."""
    if not SHARED.exists():
        pytest.skip("the public data sets (../shared/data) are not on this machine")
    return SHARED
