"""Runs ``vetta`` in a fresh process for each request, without starting Python anew each time.

A program that has imported everything but opened nothing reads requests (a JSON list of
arguments a line) from its input and forks; the child is ``vetta`` itself, from the arguments to the
exit code. What it wrote comes back as a line of JSON. It saves the seconds that starting costs.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile


def serve() -> None:
    from vetta.cli.main import setup_django

    setup_django()
    import pandas  # noqa: F401 (Arrow loads it on its first conversion)

    import vetta.cli.import_
    import vetta.cli.kpi  # noqa: F401
    from vetta.engine.metrics.catalogue_reader import built_in

    built_in()
    for line in sys.stdin:
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            child = os.fork()
            if child == 0:
                _become(json.loads(line), out.fileno(), err.fileno())
            _, status = os.waitpid(child, 0)
            answer = {"code": os.waitstatus_to_exitcode(status)}
            for name, file in (("out", out), ("err", err)):
                file.seek(0)
                answer[name] = file.read().decode()
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _become(arguments: list[str], out: int, err: int) -> None:
    """The rest of the child's life: ``vetta`` with these arguments."""
    from vetta.cli.main import main

    code = 1
    try:
        os.dup2(out, 1)
        os.dup2(err, 2)
        sys.argv = ["vetta", *arguments]
        main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    serve()
