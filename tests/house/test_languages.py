"""English and Italian are complete: every marked text has its translation, none is stale."""

from __future__ import annotations

import io
import string
from pathlib import Path

import polib
import pytest
from babel.messages.extract import extract_python
from django.utils.translation.template import templatize

from tests.house.tree import ROOMS, SOURCE, short

KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
Key = tuple[str, str]  # context, message


def _messages_of(path: Path) -> set[Key]:
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        text = templatize(text)
    found: set[Key] = set()
    lines = io.BytesIO(text.encode())
    for _line, function, messages, _comments in extract_python(lines, list(KEYWORDS), [], {}):
        if messages is None:
            continue  # a text that is only known when it is shown
        words = (messages,) if isinstance(messages, str) else messages
        context = function.startswith(("pgettext", "npgettext"))
        message = words[1] if context else words[0]
        if message:
            found.add((words[0] if context else "", message))
    return found


def marked(room: str) -> dict[Key, str]:
    """Every text of a room that is marked for translation, with a file that has it."""
    folder = SOURCE / room
    texts: dict[Key, str] = {}
    for path in [*folder.rglob("*.py"), *folder.rglob("templates/**/*")]:
        if path.is_file() and "migrations" not in path.parts:
            texts.update(dict.fromkeys(_messages_of(path), short(path)))
    return texts


def catalogue(room: str) -> polib.POFile:
    path = SOURCE / room / "locale" / "it" / "LC_MESSAGES" / "django.po"
    return polib.pofile(str(path)) if path.exists() else polib.POFile()


def _fields(text: str) -> list[str]:
    """The placeholders of a message, in any of the two styles."""
    percent = [part.split(")")[0] for part in text.split("%(")[1:]]
    try:
        braces = [name for _, name, _, _ in string.Formatter().parse(text) if name]
    except ValueError:
        braces = []
    return sorted(percent + braces)


@pytest.mark.parametrize("room", ROOMS)
def test_every_marked_text_is_translated(room: str) -> None:
    entries = {(entry.msgctxt or "", entry.msgid): entry for entry in catalogue(room)}
    missing = [
        f"{where}: {message!r}"
        for (context, message), where in sorted(marked(room).items())
        if (entry := entries.get((context, message))) is None
        or not entry.translated()
        or entry.obsolete
    ]
    assert not missing, "without Italian:\n" + "\n".join(missing)


@pytest.mark.parametrize("room", ROOMS)
def test_no_translation_is_stale(room: str) -> None:
    texts = marked(room)
    stale = [
        entry.msgid
        for entry in catalogue(room)
        if entry.msgid and (entry.msgctxt or "", entry.msgid) not in texts
    ]
    assert not stale


@pytest.mark.parametrize("room", ROOMS)
def test_translations_keep_their_placeholders(room: str) -> None:
    for entry in catalogue(room):
        allowed = {tuple(_fields(entry.msgid)), tuple(_fields(entry.msgid_plural or entry.msgid))}
        for text in [entry.msgstr, *entry.msgstr_plural.values()]:
            if text:
                assert tuple(_fields(text)) in allowed, entry.msgid
