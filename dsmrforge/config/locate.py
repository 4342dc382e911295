"""On which line of a TOML file a key is.

tomllib forgets lines, so a second parser is asked, and only when there is something to say. It
goes on after errors; what it cannot place is placed at the nearest thing above it.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node

Path = tuple[str, ...]


@dataclass(frozen=True)
class Twice:
    """A key or section that a file has more than once; lines count from 1."""

    path: Path
    first: int
    again: int
    section: bool


@dataclass
class Places:
    """Lines by path: ``("p1", "version")``; an array's items have their index as last part."""

    lines: dict[Path, int] = field(default_factory=dict)
    twice: list[Twice] = field(default_factory=list)

    def line(self, *path: str | int) -> int:
        """The line of ``path``, of what holds it when it is not written down, or 1."""
        parts = tuple(str(part) for part in path)
        while parts:
            if parts in self.lines:
                return self.lines[parts]
            parts = parts[:-1]
        return 1


def places(text: str) -> Places:
    """Where everything in ``text`` is, well-formed or not."""
    import tree_sitter_toml
    from tree_sitter import Language, Parser

    parser = Parser(Language(tree_sitter_toml.language()))
    found = Places()
    items: dict[Path, int] = {}
    # a stack, not recursion: a file may nest thousands of brackets
    todo: list[tuple[Node, Path]] = [(parser.parse(text.encode()).root_node, ())]
    while todo:
        node, path = todo.pop()
        children = node.named_children
        if node.type in ("pair", "table", "table_array_element") and children:
            path = (*path, *_key(children[0]))
            children = children[1:]
            if node.type == "table_array_element":
                # [[x]] may come again, with the same keys: they are items, counted from 0
                items[path] = items.get(path, -1) + 1
                found.lines.setdefault(path, node.start_point.row + 1)
                path = (*path, str(items[path]))
            _note(found, node, path)
        elif node.type == "array":
            for index, item in enumerate(c for c in children if c.type != "comment"):
                found.lines.setdefault((*path, str(index)), item.start_point.row + 1)
                todo.append((item, (*path, str(index))))
            continue
        todo.extend((child, path) for child in reversed(children))
    return found


def _note(found: Places, node: Node, path: Path) -> None:
    line = node.start_point.row + 1
    if path not in found.lines:
        found.lines[path] = line
    else:
        found.twice.append(Twice(path, found.lines[path], line, node.type == "table"))


def _key(node: Node) -> Path:
    """The parts of a key as written: bare, quoted or dotted."""
    text = (node.text or b"").decode()
    try:
        value: object = tomllib.loads(f"{text} = 0")
    except (ValueError, RecursionError):
        return (text,)
    parts: list[str] = []
    while isinstance(value, dict) and value:
        part, value = next(iter(value.items()))
        parts.append(part)
    return tuple(parts)
