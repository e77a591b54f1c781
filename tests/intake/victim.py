"""A process that imports files in children that may be killed at any moment: see test_crash."""

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

    found = read_mapping(Path(mapping).read_text())
    say("ready")
    for line in sys.stdin:
        # Each import is a process of its own, forked so that only the work is timed and killed.
        child = os.fork()
        if child == 0:
            start = time.perf_counter()
            result = run_import([Path(folder) / line.strip()], found, actor=system_actor("victim"))
            say(f"{result.exit_code} {time.perf_counter() - start:.4f}")
            os._exit(0)
        say(f"pid {child}")
        os.waitpid(child, 0)
        say("over")


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
