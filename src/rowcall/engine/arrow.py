"""Page bodies as an Arrow C stream of two text columns, without pyarrow.

Just what a stream of (page, key) batches needs of Arrow's C data and C stream interfaces, over ctypes. Each scan by DuckDB asks for
a fresh stream, so a page source can be read any number of times.

Source: https://arrow.apache.org/docs/format/CDataInterface.html, https://arrow.apache.org/docs/format/CStreamInterface.html,
https://arrow.apache.org/docs/format/CDataInterface/PyCapsuleInterface.html
"""

from __future__ import annotations

import ctypes
import errno
import itertools
import struct
from collections.abc import Callable, Iterable, Sequence
from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_int, c_int64, c_void_p
from typing import Any, Protocol

PAGES_PER_BATCH = 256
"""How many pages a batch holds at most."""
BATCH_SIZE = 400_000
"""With how many characters a batch is full: some three pages of 100 rows. DuckDB spreads batches over its threads, and needs several times
as much memory to read one."""


class Pages(Protocol):
    """Page bodies, each with the JSON object of the parameters it was fetched for: a list of them, or one that fills while it is read."""

    def __getitem__(self, span: slice, /) -> Sequence[tuple[str, str]]:
        """Pages from the start of `span` on: none only where there are no more, and never more than asked for."""


class _Schema(Structure):
    pass


_Schema._fields_ = [
    ("format", c_char_p),
    ("name", c_char_p),
    ("metadata", c_char_p),
    ("flags", c_int64),
    ("n_children", c_int64),
    ("children", c_void_p),
    ("dictionary", c_void_p),
    ("release", c_void_p),
    ("private_data", c_void_p),
]


class _Array(Structure):
    pass


_Array._fields_ = [
    ("length", c_int64),
    ("null_count", c_int64),
    ("offset", c_int64),
    ("n_buffers", c_int64),
    ("n_children", c_int64),
    ("buffers", c_void_p),
    ("children", c_void_p),
    ("dictionary", c_void_p),
    ("release", c_void_p),
    ("private_data", c_void_p),
]


class _Stream(Structure):
    _fields_ = (
        ("get_schema", c_void_p),
        ("get_next", c_void_p),
        ("get_last_error", c_void_p),
        ("release", c_void_p),
        ("private_data", c_void_p),
    )


_GetSchema = CFUNCTYPE(c_int, POINTER(_Stream), POINTER(_Schema))
_GetNext = CFUNCTYPE(c_int, POINTER(_Stream), POINTER(_Array))
_GetLastError = CFUNCTYPE(c_void_p, POINTER(_Stream))
_ReleaseSchema = CFUNCTYPE(None, POINTER(_Schema))
_ReleaseArray = CFUNCTYPE(None, POINTER(_Array))
_ReleaseStream = CFUNCTYPE(None, POINTER(_Stream))
_Destructor = CFUNCTYPE(None, c_void_p)

_new_capsule = ctypes.pythonapi.PyCapsule_New
_new_capsule.restype = ctypes.py_object
_new_capsule.argtypes = [c_void_p, c_char_p, _Destructor]
_is_valid = ctypes.pythonapi.PyCapsule_IsValid
_is_valid.restype = c_int
_is_valid.argtypes = [c_void_p, c_char_p]
_get_pointer = ctypes.pythonapi.PyCapsule_GetPointer
_get_pointer.restype = c_void_p
_get_pointer.argtypes = [c_void_p, c_char_p]
_utf8 = ctypes.pythonapi.PyUnicode_AsUTF8AndSize
_utf8.restype = c_void_p
_utf8.argtypes = [ctypes.py_object, c_void_p]

_alive: dict[int, tuple[Any, ...]] = {}
"""What C code still points at, by the address of the structure that owns it; its release callback removes it."""


class PageStream:
    """An object that DuckDB scans as a table of (page VARCHAR, key VARCHAR), from the start at every scan."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self.was_read = False
        """Whether a page was asked for."""

    def __arrow_c_schema__(self) -> object:
        """A PyCapsule of the schema."""
        schema = _Schema()
        _fill_schema(schema)
        return _capsule(schema, b"arrow_schema", _ReleaseSchema)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """A PyCapsule of a fresh stream; a requested schema is not honoured, which the interface allows."""
        stream = _Stream()
        state = _Reading(self, self._pages)
        callbacks = (_GetSchema(state.get_schema), _GetNext(state.get_next), _last_error, _release_stream)
        stream.get_schema, stream.get_next, stream.get_last_error, stream.release = map(_address, callbacks)
        _alive[ctypes.addressof(stream)] = (stream, state, callbacks)
        stream.private_data = ctypes.addressof(stream)
        return _capsule(stream, b"arrow_array_stream", _ReleaseStream)


class _Reading:
    """One scan: which pages are still to be given."""

    def __init__(self, source: PageStream, pages: Pages) -> None:
        self._source = source
        self._pages = pages
        self._at = 0

    def get_schema(self, _: Any, out: Any) -> int:
        _fill_schema(out.contents)
        return 0

    def get_next(self, _: Any, out: Any) -> int:
        """Writes the next batch, a released one at the end. What is raised within cannot leave by way of C: DuckDB is told of a failure."""
        self._source.was_read = True
        try:
            batch = full(self._pages[self._at : self._at + PAGES_PER_BATCH])
            if batch:
                _fill_batch(out.contents, batch)
            else:
                ctypes.memset(out, 0, ctypes.sizeof(_Array))
        except BaseException:  # noqa: BLE001 - whoever gave the pages has kept it, and raises it when DuckDB has ended
            return errno.EIO
        self._at += len(batch)
        return 0


def full(pages: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The first of `pages`, until they make a batch."""
    batch: list[tuple[str, str]] = []
    size = 0
    for page in pages:
        batch.append(page)
        size += len(page[0])
        if size >= BATCH_SIZE:
            break
    return batch


def _fill_schema(schema: _Schema) -> None:
    """Writes the struct schema and its two children."""
    columns = ((b"page", b"vu"), (b"key", b"u"))
    children = [_Schema(format=form, name=name, flags=2, release=_address(_release_child_schema)) for name, form in columns]
    pointers = (POINTER(_Schema) * len(children))(*(ctypes.pointer(child) for child in children))
    ctypes.memset(ctypes.byref(schema), 0, ctypes.sizeof(_Schema))
    schema.format, schema.name, schema.n_children = b"+s", b"", len(children)
    schema.children = ctypes.addressof(pointers)
    schema.release = _address(_release_schema)
    schema.private_data = _keep(children, pointers, columns)


def _fill_batch(array: _Array, batch: Sequence[tuple[str, str]]) -> None:
    """Writes one struct array with a child for each of the two columns."""
    pages, keys = zip(*batch, strict=True)
    kept: list[Any] = []
    children = [_view_array(pages, kept), _text_array(keys, kept)]
    pointers = (POINTER(_Array) * 2)(*(ctypes.pointer(child) for child in children))
    buffers = (c_void_p * 1)(None)
    ctypes.memset(ctypes.byref(array), 0, ctypes.sizeof(_Array))
    array.length, array.n_buffers, array.n_children = len(batch), 1, 2
    array.buffers, array.children = ctypes.addressof(buffers), ctypes.addressof(pointers)
    array.release = _address(_release_array)
    array.private_data = _keep(children, pointers, buffers, kept)


def _view_array(texts: Sequence[str], kept: list[Any]) -> _Array:
    """A utf8 view array, each text a buffer of its own, where Python has it: nothing is copied. They are added to `kept`."""
    size = ctypes.c_ssize_t()
    addresses, sizes, views = [], [], []
    for number, text in enumerate(texts):
        addresses.append(_utf8(text, ctypes.byref(size)))
        sizes.append(size.value)
        start = ctypes.string_at(addresses[-1], min(size.value, _INLINE))
        is_inline = size.value <= _INLINE
        views.append(struct.pack("=i12s", size.value, start) if is_inline else struct.pack("=i4sii", size.value, start[:4], number, 0))
    packed, lengths = b"".join(views), struct.pack(f"={len(sizes)}q", *sizes)
    buffers = (c_void_p * (len(texts) + 3))(None, _bytes_address(packed), *addresses, _bytes_address(lengths))
    kept.append((texts, packed, lengths, buffers))
    return _Array(length=len(texts), n_buffers=len(buffers), buffers=ctypes.addressof(buffers), release=_address(_release_child_array))


_INLINE = 12
"""Up to how many bytes a view holds its text itself. Source: https://arrow.apache.org/docs/format/Columnar.html#variable-size-binary-view-layout"""


def _text_array(texts: Sequence[str], kept: list[Any]) -> _Array:
    """A utf8 array; what its buffers point at is added to `kept`."""
    encoded = [text.encode() for text in texts]
    offsets = [0, *itertools.accumulate(map(len, encoded))]
    packed = struct.pack(f"={len(offsets)}i", *offsets)
    data = b"".join(encoded)
    # A bytes object is the buffer itself: DuckDB copies what it keeps and only reads.
    buffers = (c_void_p * 3)(None, _bytes_address(packed), _bytes_address(data))
    kept.append((packed, data, buffers))
    return _Array(length=len(texts), n_buffers=3, buffers=ctypes.addressof(buffers), release=_address(_release_child_array))


def _bytes_address(data: bytes) -> int | None:
    return ctypes.cast(c_char_p(data), c_void_p).value


_next_key = iter(range(1, 2**62)).__next__


def _keep(*things: Any) -> int:
    """A key under which these stay alive until their owner is released."""
    key = _next_key()
    _alive[-key] = things
    return key


def _forget(structure: Any) -> None:
    """Drops what a structure kept alive, and marks it released. What C moved elsewhere is released there."""
    key = structure.contents.private_data
    if key is not None:
        _alive.pop(-key, None)
    structure.contents.release = None


def _forget_child(structure: Any) -> None:
    """Marks a child as released; its memory belongs to its parent."""
    structure.contents.release = None


def _forget_stream(structure: Any) -> None:
    _alive.pop(structure.contents.private_data or 0, None)
    structure.contents.release = None


_release_schema = _ReleaseSchema(_forget)
_release_child_schema = _ReleaseSchema(_forget_child)
_release_array = _ReleaseArray(_forget)
_release_child_array = _ReleaseArray(_forget_child)
_release_stream = _ReleaseStream(_forget_stream)
_FAILED = ctypes.create_string_buffer(b"a page could not be read")
"""All that DuckDB is told of a failure: it puts this into its message, where nothing of a page or a secret may be."""
_last_error = _GetLastError(lambda _: ctypes.addressof(_FAILED))


def _address(callback: Any) -> int | None:
    """Where a function is. Not by `ctypes.cast`, here and elsewhere: what it gives refers to itself, and keeps what it was made of."""
    return c_void_p.from_buffer(callback).value


def _capsule(structure: Any, name: bytes, release: Callable[..., Any]) -> object:
    """A PyCapsule over `structure` that releases it when nobody consumed it."""
    address = ctypes.addressof(structure)
    _capsules[address] = (structure, name, release)
    return _new_capsule(address, name, _destroy)


_capsules: dict[int, tuple[Any, bytes, Callable[..., Any]]] = {}


def _destroy_capsule(capsule: int) -> None:
    for name in (b"arrow_array_stream", b"arrow_schema"):
        if _is_valid(capsule, name):
            structure, _, release = _capsules.pop(_get_pointer(capsule, name), (None, b"", None))
            if structure is not None and release is not None and structure.release:
                ctypes.cast(structure.release, release)(ctypes.pointer(structure))  # type: ignore[arg-type]


_destroy = _Destructor(_destroy_capsule)
