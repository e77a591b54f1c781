"""Run the benchmarks: every module of this package with ``run(scale)`` is one.

``run(scale: float) -> list[Measure]`` measures; ``scale`` multiplies the usual size.
"""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

import bench
from bench.measure import Measure


def benchmarks() -> dict[str, str]:
    """Name → module of everything that can be run."""
    return {
        found.name: f"bench.{found.name}"
        for found in pkgutil.iter_modules(bench.__path__)
        if found.name not in {"__main__", "measure"}
    }


def main() -> int:
    """Print a table; end with 1 where a floor is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", help="benchmarks; all if none is named")
    parser.add_argument("--scale", type=float, default=1.0, help="times the usual size")
    parser.add_argument("--json", action="store_true", help="answer in JSON")
    arguments = parser.parse_args()
    known = benchmarks()
    unknown = [name for name in arguments.names if name not in known]
    if unknown:
        parser.error(f"no benchmark {unknown[0]!r}; known: {', '.join(known)}")
    measures: list[Measure] = []
    for name in arguments.names or known:
        measures += importlib.import_module(known[name]).run(arguments.scale)
    if arguments.json:
        sys.stdout.write(json.dumps([measure.as_json() for measure in measures], indent=2) + "\n")
    else:
        show(measures)
    return 0 if all(measure.holds for measure in measures) else 1


def show(measures: list[Measure]) -> None:
    """The measures as a table."""
    table = Table("What", "Took", "Against", "Ratio", "Floor", "", box=None, header_style="bold")
    for measure in measures:
        table.add_row(
            measure.name,
            f"{measure.seconds:.3f} s",
            "–" if measure.reference is None else f"{measure.reference:.3f} s",
            "–" if measure.ratio is None else f"{measure.ratio:.2f}",
            measure.floor_text,
            "[green]holds[/green]" if measure.holds else "[red]missed[/red]",
        )
    Console().print(table)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
    raise SystemExit(main())
