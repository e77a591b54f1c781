"""The product's settings for tests: a data folder of their own, never the developer's.

pytest-django loads settings before any conftest, so what they read from is set here.
"""

from __future__ import annotations

import os
import tempfile

os.environ["VETTA_HOME"] = tempfile.mkdtemp(prefix="vetta-test-")
os.environ["VETTA_TEST"] = "1"

from vetta.site.settings import *  # noqa: F403
