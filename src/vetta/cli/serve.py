"""``vetta serve``: the web server, or with ``--everything`` all that a living Vetta needs."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection, HTTPException
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Annotated

import typer
from django.conf import settings

from vetta.cli.answers import refuse
from vetta.core.models import User
from vetta.kernel.problem import Problem
from vetta.site import static_files
from vetta.site.supervisor import Child, Supervisor, vetta_command


def register(parent: typer.Typer) -> None:
    parent.command(name="serve")(serve)


def serve(
    port: Annotated[int, typer.Option(envvar="PORT", min=1, max=65535)] = 8000,
    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1",
    everything: Annotated[
        bool,
        typer.Option("--everything", help="Also the demo company if empty, and a worker."),
    ] = False,
    processes: Annotated[int, typer.Option(min=1, max=64, help="Web server processes.")] = 2,
    threads: Annotated[int, typer.Option(min=1, max=64, help="Threads per process.")] = 4,
) -> None:
    """Run the web server.

    With --everything: the demo company where the data folder is empty, the web server and a
    background worker, in one command. Repeating it is harmless: where it runs already, it says so.
    """
    lock = _lock() if everything else None
    if everything and lock is None:
        return
    if not _is_free(host, port):
        refuse(_taken(port))
    if everything:
        _demo()
    static_files.collect()
    address = f"http://{'localhost' if host in _LOCAL else host}:{port}/"
    web = _gunicorn(host, port, processes, threads)
    if lock is None:
        _say(f"Vetta listens at {address} (web server only; jobs need: vetta worker)")
        _hints(host)
        os.execve(web[0], web, dict(os.environ))  # noqa: S606
    _note(lock, address)
    children = [
        Child("web server", web, os.environ),
        Child("worker", vetta_command("worker"), os.environ),
    ]

    def announce() -> None:
        if _answers(host, port):
            _say(f"\nVetta runs at {address}\nStop it with Ctrl-C.")
            _hints(host)

    raise typer.Exit(Supervisor(children, _say).run(announce))


_LOCAL = {"127.0.0.1", "0.0.0.0", "::", "localhost"}  # noqa: S104


def _say(text: str) -> None:
    typer.echo(text)
    sys.stdout.flush()


def _lock() -> IO[str] | None:
    """The sole right to serve this data folder; None, having said where, if it is served."""
    path = Path(settings.VETTA_HOME.root) / "serve.lock"
    handle = path.open("a+")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.seek(0)
        noted = handle.read()
        address = json.loads(noted)["address"] if noted else "…"
        _say(f"Vetta runs already for {settings.VETTA_HOME.root}, at {address}")
        return None
    return handle


def _note(lock: IO[str], address: str) -> None:
    lock.seek(0)
    lock.truncate()
    json.dump({"pid": os.getpid(), "address": address}, lock)
    lock.flush()


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _taken(port: int) -> Problem:
    return Problem(
        code="core.port_taken",
        message=f"Something else listens at port {port} already.",
        hint=f"Choose another: make run PORT={port + 1}, or vetta serve --port {port + 1}",
    )


def _demo() -> None:
    """Fill an empty data folder with the demo company; a failure keeps nobody from serving."""
    if find_spec("vetta.cli.demo") is None:
        return
    done = subprocess.run(vetta_command("demo", "--if-empty"), check=False)  # noqa: S603
    if done.returncode:
        _say("The demo company could not be made; Vetta starts without it.")


def _gunicorn(host: str, port: int, processes: int, threads: int) -> list[str]:
    shown = f"[{host}]" if ":" in host else host
    return [
        sys.executable,
        "-m",
        "gunicorn",
        "vetta.site.wsgi:application",
        f"--bind={shown}:{port}",
        f"--workers={processes}",
        f"--threads={threads}",
        "--worker-class=gthread",
        "--timeout=120",
        "--graceful-timeout=20",
        "--keep-alive=5",
        "--log-level=warning",
        "--no-control-socket",
    ]


def _answers(host: str, port: int, patience: float = 120) -> bool:
    """Whether the server answers a request before patience runs out."""
    target = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    until = time.monotonic() + patience
    while time.monotonic() < until:
        connection = HTTPConnection(target, port, timeout=30)
        try:
            connection.request("HEAD", "/accounts/login/", headers={"Host": "localhost"})
            connection.getresponse().read()
        except (OSError, HTTPException):
            time.sleep(0.2)
        else:
            return True
        finally:
            connection.close()
    return False


def _hints(host: str) -> None:
    if not User.objects.exists():
        _say("Nobody can sign in yet: vetta users create YOU@EXAMPLE.COM --role administrator")
    if host not in {"127.0.0.1", "::1", "localhost"} and len(settings.ALLOWED_HOSTS) <= 3:
        _say("Name the host names that people will use in VETTA_HOSTS, or they are refused.")
