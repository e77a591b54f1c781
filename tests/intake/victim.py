"""A process that imports one file and may be killed at any moment: see test_crash."""

from __future__ import annotations

import os
import sys
import time


def main(home: str, folder: str, mapping: str) -> None:
    os.environ["VETTA_HOME"] = home
    os.environ["DJANGO_SETTINGS_MODULE"] = "vetta.site.settings"
    import django

    django.setup()
    from pathlib import Path

    from vetta.core.access import system_actor
    from vetta.intake.mapping import read_mapping
    from vetta.intake.services import run_import

    text = Path(mapping).read_text()
    found = read_mapping(text)
    # Imports of the program itself are not what is tested: say when the work begins.
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        start = time.perf_counter()
        result = run_import([Path(folder) / line.strip()], found, actor=system_actor("victim"))
        sys.stdout.write(f"{result.exit_code} {time.perf_counter() - start:.4f}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
