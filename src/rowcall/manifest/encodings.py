"""What must hold of how a method writes its body."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rowcall.errors import nearest
from rowcall.manifest.bodies import item_of
from rowcall.manifest.document import Document
from rowcall.manifest.model import ALL, FILED, Attribute, Encoding, ListOf, Method, Scalar, TransformKind
from rowcall.manifest.types import is_file
from rowcall.manifest.xml import is_name

_ONE = {
    Encoding.RAW: ("a body with `encoding: raw` is one `blob` or `string`", frozenset({Scalar.BLOB, Scalar.STRING})),
    Encoding.JSONL: ("a body with `encoding: jsonl` is one list", None),
}


def check_encoding(document: Document, path: str, method: Method) -> None:
    """Keeps the faults of a body that is written in a way in which what it holds cannot be."""
    _sole(document, path, method)
    _xml(document, path, method)
    _made(document, path, method)
    names: dict[str, str] = {}
    for name, attribute in method.body.items():
        below = f"{path}.body.{name}"
        if is_file(attribute.type) and method.encoding not in FILED and document.sound(f"{below}.type"):
            document.fault(f"{below}.type", "only a body with `encoding: multipart` or `raw` holds files")
        whole = attribute.filename_of
        if whole is None:
            continue
        file = method.body.get(whole)
        if file is None or not is_file(file.type):
            blobs = [other for other, one in method.body.items() if is_file(one.type)]
            close = f"; did you mean `{near[0]}`?" if (near := nearest(whole, blobs, 1)) else ""
            document.fault(f"{below}.filename_of", f"there is no attribute `{whole}` of type `blob` beside it{close}")
            continue
        if names.setdefault(whole, name) != name:
            document.fault(f"{below}.filename_of", f"the file `{whole}` is called by `{names[whole]}` already")
        several = isinstance(file.type, ListOf)
        if attribute.type != (ListOf(Scalar.STRING) if several else Scalar.STRING) and document.sound(f"{below}.type"):
            kind = "names of several files are `[string]`" if several else "name of a file is a `string`"
            document.fault(f"{below}.filename_of", f"the {kind}", at_key=True)


def _made(document: Document, path: str, method: Method) -> None:
    """What a template makes is a text, of values of JSON."""
    made, below = method.body_transform, f"{path}.body_transform"
    if made is None:
        return
    if made.kind is TransformKind.XML or not made.template:
        document.fault(below, "a template makes what is sent of `json` or `text`", at_key=True)
    if method.encoding is Encoding.MULTIPART or any(is_file(attribute.type) for attribute in method.body.values()):
        document.fault(below, "no template makes a form in parts, or what has a file in it", at_key=True)


def _sole(document: Document, path: str, method: Method) -> None:
    """What is all of a body stands alone, and is what such a body can be."""
    if method.sole is None:
        if method.encoding in _ONE and method.body_transform is None and document.sound(f"{path}.body"):
            document.fault(f"{path}.encoding", _ONE[method.encoding][0])
        return
    said, types = _ONE.get(method.encoding, (f"what is called `{ALL}` is all of the body", None))
    if method.encoding not in {*_ONE, Encoding.JSON}:
        document.fault(f"{path}.body.{method.sole}.name", f"only a body of JSON is of one attribute, called `{ALL}`")
    elif len(method.body) > 1 or method.base or method.within or method.default_body:
        document.fault(f"{path}.body", f"{said}, and has nothing beside it", at_key=True)
    type_, below = method.body[method.sole].type, f"{path}.body.{method.sole}.type"
    is_fit = isinstance(type_, ListOf) if method.encoding is Encoding.JSONL else types is None or type_ in types
    if not is_fit and document.sound(below):
        document.fault(below, said)


def _xml(document: Document, path: str, method: Method) -> None:
    """XML has a root, names of elements and attributes, and no two values at one place."""
    if method.encoding is not Encoding.XML:
        if method.root is not None:
            document.fault(f"{path}.root", "only a body with `encoding: xml` has a root element", at_key=True)
        return
    if method.root is None:
        document.fault(f"{path}.encoding", "a body of XML has a `root`, which says what its root element is called")
    elif not is_name(method.root):
        document.fault(f"{path}.root", "this is no name of an element")
    if method.within is not None or method.default_body is not None:
        document.fault(f"{path}.encoding", "`within` and `default_body` are of bodies of JSON")
    _elements(document, f"{path}.body", method.body)


def _elements(document: Document, path: str, attributes: Mapping[str, Attribute]) -> None:
    taken: dict[str, str] = {}
    for name, attribute in attributes.items():
        *around, last = steps = (attribute.name or name).split(".")
        below = f"{path}.{name}{'.name' if attribute.name else ''}"
        if not (all(map(is_name, around)) and is_name("x" if last == "#text" else last.removeprefix("-"))):
            document.fault(below, "this is no name of an element, no `-` with that of an attribute and no path of such names")
        elif not is_name(last) and not isinstance(attribute.type, Scalar):
            document.fault(below, "what is an attribute, or a text beside others, is one value")
        for depth in range(1, len(steps) + 1):
            place, ends = ".".join(steps[:depth]), depth == len(steps)
            if place in taken and (ends or taken[place]):
                document.fault(below, f"`{taken[place] or place}` is at that place already")
                break
            taken.setdefault(place, name if ends else "")
        for inner in _inner(attribute):
            _elements(document, f"{path}.{name}.fields", inner.fields)


def _inner(attribute: Attribute) -> Iterator[Attribute]:
    """The attribute that says what is in each object of it."""
    found: Attribute | None = attribute
    while found is not None and isinstance(found.type, ListOf):
        found = item_of(found)
    if found is not None:
        yield found
