"""What must hold of how a method writes its body."""

from __future__ import annotations

from rowcall.errors import nearest
from rowcall.manifest.document import Document
from rowcall.manifest.model import Encoding, Method, Scalar


def check_encoding(document: Document, path: str, method: Method) -> None:
    """Keeps the faults of a body that is written in a way in which what it holds cannot be."""
    names: dict[str, str] = {}
    for name, attribute in method.body.items():
        below = f"{path}.body.{name}"
        if attribute.type is Scalar.BLOB and method.encoding is not Encoding.MULTIPART and document.sound(f"{below}.type"):
            document.fault(f"{below}.type", "only a body with `encoding: multipart` holds files")
        whole = attribute.filename_of
        if whole is None:
            continue
        file = method.body.get(whole)
        if file is None or file.type is not Scalar.BLOB:
            blobs = [other for other, one in method.body.items() if one.type is Scalar.BLOB]
            close = f"; did you mean `{near[0]}`?" if (near := nearest(whole, blobs, 1)) else ""
            document.fault(f"{below}.filename_of", f"there is no attribute `{whole}` of type `blob` beside it{close}")
        elif names.setdefault(whole, name) != name:
            document.fault(f"{below}.filename_of", f"the file `{whole}` is called by `{names[whole]}` already")
        if attribute.type is not Scalar.STRING and document.sound(f"{below}.type"):
            document.fault(f"{below}.filename_of", "the name of a file is a `string`", at_key=True)
