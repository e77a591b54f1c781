"""Vetta: open-source, self-hosted sales performance management."""

__version__ = "0.1.0"
