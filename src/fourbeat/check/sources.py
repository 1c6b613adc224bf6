"""The user's files as syntax trees, read when a rule asks."""

import ast
import linecache
from collections.abc import Iterator
from functools import cache

from fourbeat.finding import Place

Loop = ast.For | ast.While | ast.AsyncFor


class Sources:
    """Syntax trees and lines by file; a file that cannot be read or parsed has none."""

    def __init__(self) -> None:
        self.tree = cache(self._tree)
        self.lines = cache(self._lines)

    @staticmethod
    def _lines(file: str) -> list[str]:
        return [line.rstrip("\r\n") for line in linecache.getlines(file)]

    def _tree(self, file: str) -> ast.Module | None:
        try:
            return ast.parse("\n".join(self.lines(file)))
        except (SyntaxError, ValueError, RecursionError):
            return None

    def line(self, place: Place) -> str:
        """The source line of a place, without its indent; empty where it cannot be read."""
        lines = self.lines(place.file)
        return lines[place.line - 1].strip() if place.line <= len(lines) else ""

    def loops(self, place: Place) -> list[Loop]:
        """The loops of the same function that a line stands in, the outermost first."""
        tree = self.tree(place.file)
        return [] if tree is None else list(_loops(tree, place.line))


def without_gradients(sources: Sources, frames: list[Place]) -> Place:
    """The innermost `no_grad` block or decorator that lines stand in; the innermost line if they are in none.

    Args:
        sources: of the files.
        frames: the lines that led to a place, the innermost first.
    """
    for place in frames:
        tree = sources.tree(place.file)
        best = None
        for node in ast.walk(tree) if tree is not None else ():
            if not isinstance(node, ast.With | ast.FunctionDef):
                continue
            if not node.lineno <= place.line <= (node.end_lineno or node.lineno):
                continue
            marks = node.decorator_list if isinstance(node, ast.FunctionDef) else node.items
            for mark in marks:
                value = mark.context_expr if isinstance(mark, ast.withitem) else mark
                if any(
                    word in ast.unparse(value)
                    for word in ("no_grad", "inference_mode", "set_grad_enabled")
                ):
                    best = Place(place.file, value.lineno, value.lineno, place.function)
        if best is not None:
            return best
    return frames[0]


def calls(sources: Sources, place: Place, *methods: str) -> list[ast.Call]:
    """Calls of methods of these names on the lines of a place; of everything on them without names."""
    tree = sources.tree(place.file)
    return [
        node
        for node in (ast.walk(tree) if tree is not None else ())
        if isinstance(node, ast.Call)
        and place.line <= node.lineno <= place.end_line
        and (not methods or (isinstance(node.func, ast.Attribute) and node.func.attr in methods))
    ]


def around(tree: ast.Module, line: int) -> ast.AST:
    """The innermost function around a line, or the module."""
    found: ast.AST = tree
    for node in ast.walk(tree):
        function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if function and node.lineno <= line <= (node.end_lineno or node.lineno):
            found = node
    return found


def outside(sources: Sources, frames: list[Place], inner: list[Place]) -> int | None:
    """In how many loops a line stands, if it stands outside of one that another line stands in.

    Both are seen in the innermost function that led to both of them; None where the line stands in
    as many loops as the other.

    Args:
        sources: of the files.
        frames: the lines that led to it, the innermost first.
        inner: those that led to the other.
    """
    for one in frames:
        for other in inner:
            if (one.file, one.function) == (other.file, other.function):
                loops = len(sources.loops(one))
                return loops if loops < len(sources.loops(other)) else None
    return None


def rounds(sources: Sources, place: Place) -> int:
    """How many loops a line stands in within its function, those of comprehensions too."""
    tree = sources.tree(place.file)
    if tree is None:
        return 0
    within = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp)
        and node.lineno <= place.line <= (node.end_lineno or node.lineno)
    ]
    return len(sources.loops(place)) + sum(len(node.generators) for node in within[:1])


def _loops(tree: ast.AST, line: int) -> Iterator[Loop]:
    found: list[Loop] = []
    for node in ast.iter_child_nodes(tree):
        start, end = getattr(node, "lineno", line), getattr(node, "end_lineno", line)
        if not start <= line <= (end or line):
            continue
        if isinstance(node, Loop) and any(
            inner.lineno <= line <= (inner.end_lineno or inner.lineno) for inner in node.body
        ):
            found.append(node)
        inner = list(_loops(node, line))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            found = inner
        else:
            found += inner
    yield from found
