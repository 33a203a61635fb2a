"""Read YAML as text only: a code such as 01001 stays "01001", and each item keeps its line."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_Loader: type[Any] = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class FichierIllisible(Exception):
    """A YAML file that cannot be read; `code` names the problem, `cle` the repeated key."""

    def __init__(self, *, code: str, ligne: int, cle: str = "") -> None:
        super().__init__(f"{code} (line {ligne})")
        self.code = code
        self.ligne = ligne
        self.cle = cle


@dataclass(frozen=True, slots=True)
class Element:
    """A top-level value of a file, made of text, lists and dicts, and its line (from 1)."""

    ligne: int
    valeur: Any


def read_document(path: Path) -> Any:
    """Return the whole file as text, lists and dicts; None when it is empty.

    Raises:
        FichierIllisible: bad syntax, or the same key twice in a mapping.
    """
    node = _compose(path)
    return None if node is None else _to_value(node)


def read_list(path: Path) -> tuple[Element, ...]:
    """Return the items of a file that is a list.

    Raises:
        FichierIllisible: bad syntax, a repeated key, or a file that is not a list.
    """
    node = _compose(path)
    if not isinstance(node, yaml.SequenceNode):
        raise FichierIllisible(code="pas_une_liste", ligne=1)
    return tuple(Element(item.start_mark.line + 1, _to_value(item)) for item in node.value)


def _compose(path: Path) -> yaml.Node | None:
    try:
        node: yaml.Node | None = yaml.compose(path.read_text(encoding="utf-8"), Loader=_Loader)
    except (yaml.MarkedYAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        ligne = mark.line + 1 if mark else 1
        raise FichierIllisible(code="yaml_illisible", ligne=ligne) from error
    return node


def _to_value(node: yaml.Node) -> Any:
    if isinstance(node, yaml.SequenceNode):
        return [_to_value(item) for item in node.value]
    if isinstance(node, yaml.MappingNode):
        return _to_dict(node)
    return node.value


def _to_dict(node: yaml.MappingNode) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in node.value:
        name = str(_to_value(key))
        if name in found:
            line = key.start_mark.line + 1
            raise FichierIllisible(code="cle_en_double", ligne=line, cle=name)
        found[name] = _to_value(value)
    return found
