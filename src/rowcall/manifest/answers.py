"""What must hold of what a method says of its answers: where the rows are, and how pages follow one another."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from rowcall.errors import nearest
from rowcall.manifest.document import Document
from rowcall.manifest.model import Absent, Column, Method, Scalar, TransformKind, Verb

_DOTTED = re.compile(r"[^.\s]+(\.[^.\s]+)*")


def check_answer(document: Document, path: str, method: Method, columns: Mapping[str, Column]) -> None:
    """Keeps the faults of what a method says of its answer, whose rows have these columns."""
    _rows(document, path, method)
    _content(document, path, method, columns)
    _inner(document, path, method, columns)
    _secret(document, path, method, columns)
    if method.absent is not None:
        _absent(document, path, method, method.absent)


def _rows(document: Document, path: str, method: Method) -> None:
    """Where the rows are, and what becomes of a body before."""
    if method.rows is not None and method.rows != "$":
        check_dotted(document, f"{path}.rows", method.rows)
    if method.pick is not None and method.rows != "$":
        document.fault(f"{path}.pick", "what is picked is an array: `pick` goes with `rows: $`", at_key=True)
    if method.into is not None and method.pick is None:
        document.fault(f"{path}.into", "nothing is picked without `pick`", at_key=True)
    kind = method.transform.kind if method.transform is not None else TransformKind.JSON
    if method.transform is not None and kind not in {TransformKind.XML, TransformKind.JSONL} and not method.transform.template:
        document.fault(f"{path}.transform", "without a template, only `xml` and `jsonl` become JSON", at_key=True)
    if kind is TransformKind.JSONL and method.rows != "$" and not (method.transform is not None and method.transform.template):
        document.fault(f"{path}.transform", "lines of JSON are an array: `jsonl` goes with `rows: $`", at_key=True)
    if method.incomplete is not None:
        check_dotted(document, f"{path}.incomplete", method.incomplete)
    if method.empty_with is not None and method.rows is None:
        document.fault(f"{path}.empty_with", "what is one row leaves out no list: `empty_with` goes with `rows`", at_key=True)
    elif (method.rows or "").partition(".")[0] in (method.empty_with or ()):
        document.fault(f"{path}.empty_with", "a response that has its rows leaves no list out", at_key=True)
    if method.content is not None and (method.rows is not None or method.paging is not None):
        document.fault(f"{path}.content", "a file is one row, without `rows` or `paging`", at_key=True)


def _absent(document: Document, path: str, method: Method, absent: Absent) -> None:
    """What means that there is no such row."""
    if method.verb is not Verb.SELECT and document.sound(f"{path}.verb"):
        document.fault(f"{path}.absent", "only a SELECT can have no rows; elsewhere a missing row is an error", at_key=True)
    if not document.sound(f"{path}.absent.message"):
        return
    try:
        re.compile(absent.message)
    except re.error as error:
        document.fault(f"{path}.absent.message", f"this is not a regular expression: {error}")


def _content(document: Document, path: str, method: Method, columns: Mapping[str, Column]) -> None:
    """A file goes into a column for texts or for files."""
    if method.content is None:
        return
    column = columns.get(method.content)
    if column is None:
        document.fault(f"{path}.content", f"there is no column `{method.content}`")
    elif column.type not in {Scalar.STRING, Scalar.BLOB} or column.source is not None:
        document.fault(f"{path}.content", f"the column `{method.content}` has to be of type `string` or `blob`, and without `source`")


def check_files(document: Document, path: str, columns: Mapping[str, Column], methods: Collection[Method]) -> None:
    """Keeps a fault for each column for files that none of the methods with these columns fills."""
    filled = {method.content for method in methods}
    for name, column in columns.items():
        if column.type is Scalar.BLOB and name not in filled and document.sound(f"{path}.{name}.type"):
            document.fault(f"{path}.{name}.type", "only the column that `content` of a method names is a `blob`; JSON holds no files")


def _secret(document: Document, path: str, method: Method, columns: Mapping[str, Column]) -> None:
    """What is not kept is in columns of the one row that answers a write."""
    if method.secret and (method.is_read or method.rows is not None):
        document.fault(f"{path}.secret", "only the one row that answers a write has what is not kept", at_key=True)
    sources = {(column.source or name).partition(".")[0] for name, column in columns.items()}
    for index, each in enumerate(method.secret):
        check_dotted(document, f"{path}.secret[{index}]", each)
        if (first := each.partition(".")[0]) not in sources:
            document.fault(f"{path}.secret[{index}]", f"there is no column `{first}`")


def _inner(document: Document, path: str, method: Method, columns: Mapping[str, Column]) -> None:
    """Rows within records are for lists; what stands around them is apart from them."""
    outer = [name for name, column in columns.items() if column.outer]
    if method.inner is None:
        if outer and method.verb is Verb.SELECT and document.sound(path):
            document.fault(path, f"the column `{outer[0]}` is `outer`, and the rows of this method are within no record", at_key=True)
        return
    check_dotted(document, f"{path}.inner", method.inner)
    if method.verb is not Verb.SELECT or method.rows is None:
        document.fault(
            f"{path}.inner", "only a list that answers to `select`, and says where its `rows` are, has others in these", at_key=True
        )
    for name in outer:
        if (columns[name].source or name).split(".")[0].casefold() == method.inner.split(".")[0].casefold():
            document.fault(f"{path}.inner", f"the column `{name}` is read from there, and stands around the rows")


def check_paged(document: Document, path: str, method: Method, ways: Collection[str] | None) -> None:
    """Keeps the faults of what a method says of its pages; `ways` are those of its provider, None where they are not known."""
    if method.paging is None:
        return
    if method.rows is None and document.sound(f"{path}.rows"):
        document.fault(f"{path}.paging", "a method that is paged says where its `rows` are")
    if ways is not None and method.paging not in ways:
        close = f"; did you mean `{near[0]}`?" if (near := nearest(method.paging, ways, 1)) else ""
        document.fault(f"{path}.paging", f"the provider has no paging `{method.paging}`{close}")


def check_dotted(document: Document, path: str, dotted: str) -> None:
    """Keeps a fault where a text is no dotted path."""
    if document.sound(path) and not _DOTTED.fullmatch(dotted):
        document.fault(path, f"expected names with dots between, as `error.message`, found `{dotted}`")
