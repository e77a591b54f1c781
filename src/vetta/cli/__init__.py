"""The command line: assembly only. Each subcommand lives in a module of its own."""

from vetta.cli.main import main

__all__ = ["main"]
