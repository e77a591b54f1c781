"""Write the parts of docs/reference that the code knows best.

python tools/write_reference.py          # write
python tools/write_reference.py --check  # exit 1 where a page is not as the code says
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from reference_pages import kpis_page, operations_table, tables_page

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "vetta"
REFERENCE = ROOT / "docs" / "reference"
CODE = re.compile(r"[a-z][a-z_]*\.[a-z][a-z_]*")
# Helpers that put the first half of a code themselves, by file or folder.
PREFIXES = {
    "kernel/calendar": ("calendar", {"calendar_problem"}),
    "engine/expressions": ("expression", {"refuse", "wrong_arguments"}),
    "site/archives": ("backup", {"refuse"}),
    "metrics/receivers": ("metrics", {"wrong"}),
    "metrics/services": ("metrics", {"refuse"}),
}
# Calls that name a permission, a job, an event of the audit trail or a page, not a problem.
OTHERS = re.compile(
    r"register|record|^job$|enqueue|require|allows|reach|path|reverse|ListSpec|Tile"
)


def problem_codes() -> dict[str, str]:
    """Code → what it says, as far as the source tells."""
    found: dict[str, str] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for code, message in _codes(tree, path.relative_to(SOURCE).as_posix()):
            found[code] = found.get(code) or message
    return dict(sorted(found.items()))


def _codes(tree: ast.AST, name: str) -> Iterator[tuple[str, str]]:
    prefix = next((value for key, value in PREFIXES.items() if name.startswith(key)), None)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _called(node, prefix)
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(value, ast.Tuple) and value.elts:
                    yield from ((code, _said(value.elts[0])) for code in _constants(key))
        elif isinstance(node, ast.Tuple) and len(node.elts) == 2:
            said = _said(node.elts[1])
            yield from ((code, said) for code in _constants(node.elts[0]) if " " in said)


def _called(node: ast.Call, prefix: tuple[str, set[str]] | None) -> Iterator[tuple[str, str]]:
    function = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    function = node.func.id if isinstance(node.func, ast.Name) else function
    words = {keyword.arg: keyword.value for keyword in node.keywords}
    first = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else ""
    if prefix and function in prefix[1] and re.fullmatch(r"[a-z_]+", str(first)):
        said = words.get("message") or (node.args[1] if len(node.args) > 1 else None)
        yield f"{prefix[0]}.{first}", _said(said)
    if OTHERS.search(function):
        return
    for position, argument in enumerate(node.args[:2]):
        following = node.args[position + 1] if len(node.args) > position + 1 else None
        said = _said(words.get("message") or following)
        if " " in said or function == "Problem":
            yield from ((code, said) for code in _constants(argument))
    if "code" in words:
        said = _said(words.get("message") or (node.args[0] if node.args else None))
        yield from ((code, said) for code in _constants(words["code"]))


def _constants(node: ast.AST | None) -> Iterator[str]:
    """The codes that a value may be."""
    if isinstance(node, ast.IfExp):
        yield from _constants(node.body)
        yield from _constants(node.orelse)
    elif isinstance(node, ast.Constant) and _is_code(str(node.value)):
        yield str(node.value)


def _is_code(text: str) -> bool:
    return bool(CODE.fullmatch(text)) and not text.endswith((".yaml", ".json", ".key"))


def _said(node: ast.AST | None) -> str:
    """A message as text, with … where a value goes."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.sub(r"\{[^{}]*\}", "…", node.value)
    if isinstance(node, ast.JoinedStr):
        parts = (part.value if isinstance(part, ast.Constant) else "…" for part in node.values)
        return "".join(str(part) for part in parts)
    if isinstance(node, ast.Name):
        return ""
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr == "format":
            return re.sub(r"\{[^}]*\}", "…", _said(node.func.value))
        return re.sub(r"%\([a-z_]+\)s|\{[^}]*\}", "…", _said(node.args[0] if node.args else None))
    if isinstance(node, ast.BinOp):
        return re.sub(r"%\([a-z_]+\)[sd]", "…", _said(node.left))
    return ""


def problems_page() -> str:
    lines = [
        "# Problem codes",
        "",
        "Every problem has a stable code, says what happened and where (file, row and column, or",
        "line and position), and what to do. Command line, API, pages and the data-quality report",
        "show the same. `…` stands for what differs. A code never changes its meaning.",
        "",
    ]
    room = ""
    for code, message in problem_codes().items():
        if code.partition(".")[0] != room:
            room = code.partition(".")[0]
            lines += ["", f"## {room}", "", "| code | says |", "| --- | --- |"]
        lines.append(f"| `{code}` | {_cell(message) or 'varies with the place'} |")
    return "\n".join(lines).replace("\n\n\n", "\n\n") + "\n"


def functions_table() -> str:
    from vetta.engine.expressions import FUNCTIONS

    lines = ["| function | gives | what it does | example |", "| --- | --- | --- | --- |"]
    for function in FUNCTIONS.values():
        written, result = function.example
        summary = function.summary.replace("``", "`")
        lines.append(
            f"| `{_code(function.signature)}` | {function.result} | {_cell(summary)} "
            f"| `{_code(written)}` → `{_code(result)}` |"
        )
    return "\n".join(lines)


def filled(page: str, name: str, content: str) -> str:
    """The page with what stands between ``<!-- name -->`` and ``<!-- /name -->`` replaced."""
    text = (REFERENCE / page).read_text(encoding="utf-8")
    start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, _, rest = text.partition(start)
    return f"{before}{start}\n{content}\n{end}{rest.partition(end)[2]}"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def _code(text: str) -> str:
    return text.replace("|", "\\|")


def main() -> int:
    pages = {
        REFERENCE / "problems.md": problems_page(),
        REFERENCE / "tables.md": tables_page(),
        REFERENCE / "kpis.md": kpis_page(),
        REFERENCE / "expressions.md": filled("expressions.md", "functions", functions_table()),
        REFERENCE / "api.md": filled("api.md", "operations", operations_table()),
    }
    stale = [
        path for path, text in pages.items() if not path.exists() or path.read_text("utf-8") != text
    ]
    if "--check" in sys.argv:
        for path in stale:
            sys.stderr.write(f"{path.relative_to(ROOT)} is stale: python {Path(__file__).name}\n")
        return 1 if stale else 0
    for path in stale:
        path.write_text(pages[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
