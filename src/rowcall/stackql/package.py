"""A provider folder of StackQL as a provider of ours, of which each service is read when a statement names it.

What was made of a service is kept in the user's cache directory, under a digest of the documents that it came from and of the code that
made it. So the second statement reads JSON in place of YAML, and of one service alone.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from rowcall import __version__
from rowcall.errors import Fault, ManifestError, UsageError
from rowcall.manifest import kept
from rowcall.manifest.model import ErrorShape, Provider, Service
from rowcall.manifest.read import Services
from rowcall.openapi.api import Server
from rowcall.openapi.document import Document
from rowcall.stackql.auth import Credentials, credentials
from rowcall.stackql.config import Config, prose, table, text
from rowcall.stackql.folders import provider_file
from rowcall.stackql.names import resource_names
from rowcall.stackql.register import RESOURCES
from rowcall.stackql.register import documents as registered
from rowcall.stackql.servers import base_url, environment, server_of, settled, shown_environment

_NOT_THERE = "The document of its operations is not there."
_MESSAGES = ("error.message", "message", "error_description", "detail", "errors.0.message", "errors.0.detail", "error", "title")


class Package:
    """A provider folder. Its names are there at once."""

    def __init__(self, folder: Path, name: str | None = None) -> None:
        """`name` is what statements call it, by default what it calls itself.

        Raises UsageError where the folder has no provider file, ManifestError where this is no document.
        """
        file = provider_file(folder)
        if file is None:
            raise UsageError(f"There is no provider.yaml in {folder}.")
        self.folder = folder
        self._document = Document(file)
        self._entries = {key.casefold(): table(one) for key, one in table(self._document.root.get("providerServices")).items()}
        if not self._entries:
            raise ManifestError([Fault(str(file), 1, 1, "providerServices", "this provider has no services")])
        root = self._document.root
        self.name = (name or text(root.get("name")) or text(root.get("id")) or folder.name).casefold()
        """As statements call it."""
        self.version = text(root.get("version"))

    @cached_property
    def names(self) -> Mapping[str, Sequence[str]]:
        """The names of its resources by that of their service; none of a service whose document is not there."""
        return {name: self._resource_names(name) for name in self._entries}

    @cached_property
    def provider(self) -> Provider:
        """The record, its services being read when they are asked for."""
        root = self._document.root
        config = table(root.get("config"))
        given = credentials(config.get("auth"))
        return Provider(
            manifest=1,
            provider=self.name,
            title=prose(root.get("title")) or text(root.get("name")) or self.name,
            description=prose(root.get("description")) or f"What StackQL's document of {self.name} describes.",
            source=str(self.folder),
            base_url=self._base_url,
            variables=given.variables | {key: one for name in self._entries for key, one in self._own(name).variables.items()},
            auth=given.schemes,
            keyed=tuple(name for name in self._entries if self._own_auth(name) is not None),
            optional_headers=given.headers,
            errors=ErrorShape(message=_MESSAGES),
            services=Services(self._entries, self._service, self._head),
        )

    @cached_property
    def environment(self) -> Sequence[str]:
        """The variables of the environment that parts of the names of its servers come from."""
        files = filter(None, map(self.file_of, self._entries))
        return tuple(dict.fromkeys(name for file in files for name in shown_environment(file.read_bytes())))

    def file_of(self, name: str) -> Path | None:
        """The document of a service, which has its resources; None where it is not there."""
        return self._register_of(name) or self._place(self._reference(name, "service"))

    def _register_of(self, name: str) -> Path | None:
        """The document of its resources alone; None where they stand in that of the service."""
        return self._place(self._reference(name, RESOURCES))

    def _reference(self, name: str, key: str) -> str:
        return text(table(self._entries[name].get(key)).get("$ref")).partition("#")[0]

    def _place(self, reference: str) -> Path | None:
        """The file that a reference names, which begins somewhere above the folder; None where it is not there."""
        parts = Path(reference).parts if reference else ()
        for start in range(len(parts)):
            # What a stranger wrote names no file of somebody else's.
            found = None if ".." in parts[start:] else _spelt(self.folder, parts[start:])
            if found is not None and found.resolve().is_relative_to(self.folder.resolve()):
                return found
        return None

    def _resource_names(self, name: str) -> Sequence[str]:
        shown = self._shown(name)
        return tuple(self._service(name).resources) if shown is None else shown

    def _shown(self, name: str) -> Sequence[str] | None:
        """The names of resources that the text of a document shows; None where it has to be read for them."""
        file = self.file_of(name)
        with suppress(OSError):
            start = (f"{RESOURCES}:".encode(),) if self._register_of(name) is not None else ()
            found = resource_names(file.read_bytes(), *start) if file is not None else ()
            return None if found is None else tuple(dict.fromkeys(one.casefold() for one in found))
        return ()

    @cached_property
    def _base_url(self) -> str:
        """Where the first of its services is whose document shows it: those that are elsewhere say so."""
        for name in self._entries:
            file = self.file_of(name)
            if file is not None and (url := _server_url(file)):
                return url
        return "https://{server}"

    def _own_auth(self, name: str) -> Any:
        """What a service says of credentials that is not what the provider says; None where it says nothing else."""
        own = table(self._entries[name].get("config")).get("auth")
        return own if own and own != table(self._document.root.get("config")).get("auth") else None

    def _own(self, name: str) -> Credentials:
        own = self._own_auth(name)
        return credentials(own) if own is not None else Credentials({})

    def _head(self, name: str) -> Service:
        """What the provider itself says of a service."""
        entry = self._entries[name]
        title, auth = prose(entry.get("title")) or name, self._own(name).schemes
        return Service(service=name, title=title, description=prose(entry.get("description")), auth=auth, resources={})

    def _service(self, name: str) -> Service:
        """A service, as it was made before where nothing has changed since. Where its document cannot be read, each resource says so."""
        try:
            return self._made(name)
        except (ManifestError, UsageError) as error:
            from rowcall.stackql.service import unreadable

            reason = str(error).splitlines()[0]
            return replace(self._head(name), description=reason, resources=dict.fromkeys(self._shown(name) or (), unreadable(reason)))

    def _made(self, name: str) -> Service:
        """The same. Raises ManifestError and UsageError."""
        file = self.file_of(name)
        if file is None:
            reference = self._reference(name, "service")
            why = f": there is no {reference} in {self.folder}" if reference else ", and its provider names none"
            raise UsageError(f"{self.name}.{name} has no document{why}.")
        place = kept.directory("stackql") / f"{hashlib.sha256(os.fsencode(file.absolute())).hexdigest()[:32]}.json"
        head, _, body = kept.trusted(place).partition(b"\n")
        with suppress(ValueError, TypeError, AttributeError):
            digest, variables, *beside = json.loads(head)
            if digest == self._digest(name, [file, *map(Path, beside)]) and isinstance(found := kept.record(body), Service):
                return settled(found, variables)
        from rowcall.stackql.service import service, unreadable  # which reads what others made of it, mostly

        read = Document(file, within=self.folder)
        documents = [read]
        if self._register_of(name) is not None:
            documents = [*registered(read, self._reference(name, "service"), self._place, self.folder)]
        config = Config().within(self._document.root.get("config"))
        made = service(documents, name, self._entries[name], config, provider_url=self._base_url)
        variables = {key: value for document in documents for key, value in environment(document).items()}
        made = replace(made, auth=self._own(name).schemes)
        lost = {key for key in self._shown(name) or () if key not in made.resources}
        if lost:  # nothing of it is kept: the documents of the rest may come
            return settled(replace(made, resources=dict(made.resources) | dict.fromkeys(lost, unreadable(_NOT_THERE))), variables)
        with suppress(ValueError):
            beside = [path for document in documents for path in (document.file, *document.beside.values())]
            files = list(dict.fromkeys([file, *beside]))
            first = json.dumps([self._digest(name, files), variables, *map(str, files[1:])])
            kept.write(place, f"{first}\n{kept.text_of(made)}")
        return settled(made, variables)

    def _digest(self, name: str, files: Sequence[Path]) -> str:
        """Of all that a service is made of, with the files that its document refers to, of which each may be missing."""
        digest = hashlib.sha256(_code())
        config = self._document.root.get("config")
        said = {"name": name, "provider": self.name, "url": self._base_url, "entry": self._entries[name], "config": config}
        digest.update(json.dumps(said, sort_keys=True).encode())
        for file in files:
            content = file.read_bytes() if file.is_file() else b"-"
            digest.update(f"\n{file} {len(content)}\n".encode() + content)
        return digest.hexdigest()


def _spelt(folder: Path, parts: Sequence[str]) -> Path | None:
    """The file at a path below a folder, whatever the case of its name."""
    found = folder.joinpath(*parts)
    if found.is_file():
        return found
    name = found.name.casefold()
    with suppress(OSError):
        return next((one for one in found.parent.iterdir() if one.name.casefold() == name and one.is_file()), None)
    return None


def _server_url(file: Path) -> str:
    """The URL of the first server that a document names at its top, found in its text where it stands as it mostly does; "" where not."""
    import re

    try:
        content = file.read_bytes()
    except OSError:
        return ""
    found = re.search(rb"^servers:[ \t]*\r?\n[ \t]*-[ \t]+url:[ \t]*(['\"]?)([^\s'\"#]+)\1", content, re.MULTILINE)
    if found is not None:
        return base_url(Server(url=found[2].decode(errors="replace"), description="", variables={}))
    with suppress(ManifestError, UsageError):
        return base_url(server_of(Document(file)))
    return ""


@lru_cache(maxsize=1)
def _code() -> bytes:
    """A digest of the modules that say how a document is read, and of what comes of it."""
    here = Path(__file__).parent
    digest = hashlib.sha256(__version__.encode())
    for folder in (here, here.parent / "openapi", here.parent / "manifest"):
        for module in sorted(folder.glob("*.py")):
            digest.update(module.read_bytes())
    return digest.digest()
