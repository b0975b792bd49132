"""Documents in XML, of which nothing is expanded, and what a path finds in one."""

from __future__ import annotations

from typing import Any


def root_of(text: str) -> Any:
    """The root element. Raises ValueError for what is not XML, or declares something."""
    from xml.etree import ElementTree as ET  # most APIs answer in JSON

    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ValueError("its XML declares a type or entities, which no answer needs")
    try:
        return ET.fromstring(text)  # noqa: S314 - nothing in it is expanded, see above
    except ET.ParseError as error:
        raise ValueError(f"its body is not XML ({error})") from error


def first_inner(text: str, path: str) -> str:
    """The text in the first element that a path finds; "" where there is none."""
    return next(("".join(one.itertext()) for one in _found(text, path)), "")


def all_outer(text: str, path: str) -> list[str]:
    """The elements that a path finds, as XML."""
    from xml.etree import ElementTree as ET

    return [ET.tostring(one, encoding="unicode").strip() for one in _found(text, path)]


def _found(text: str, path: str) -> list[Any]:
    """What an XPath without namespaces finds. Raises ValueError for one that is not understood."""
    from xml.etree import ElementTree as ET

    around, root = ET.Element("around"), root_of(text)
    around.append(root)
    for one in root.iter():
        one.tag, one.tail = str(one.tag).rpartition("}")[2], None
    try:
        return around.findall(path if path.startswith(".") else f".{path}" if path.startswith("/") else f"./{path}")
    except (SyntaxError, KeyError, TypeError) as error:
        raise ValueError(f"`{path}` is no path that is understood") from error
