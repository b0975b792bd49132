"""What a provider's `sandbox.yaml` says, as frozen records: what its sandbox shall be beyond what its manifest says.

Paths, parameters, bounds, paging and required attributes are the manifest's; here are the objects behind them, how they begin and
change, and the words of refusals. What is not here is made up from the manifest. Fields of type `Any` are templates, see `template.py`.
Nothing here knows any provider.
"""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rowcall.errors import Fault, ManifestError, nearest
from rowcall.manifest.document import Document, keys_of
from rowcall.manifest.model import Provider, _
from rowcall.manifest.template import condition_problems, problems

SANDBOX_FILE = "sandbox.yaml"
VERSION = 1
"""The version of the sandbox language that is read."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    message: str = _("What the API says, as a template.")
    status: int = _("The HTTP status.", 400)
    type: str | None = _("For `{type}` in the error's body.", None)
    code: str | None = _("For `{code}`.", None)
    param: str | None = _("For `{param}`, as a template.", None)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Refusals:
    no_key: Refusal = _("No credential was sent.", Refusal(message="A credential is needed, and none was sent.", status=401))
    wrong_key: Refusal = _(
        "Another key was sent; `{key}` is what may be shown of it.", Refusal(message="The credential {key} is not valid.", status=401)
    )
    wrong_header: Refusal = _(
        "A header that the manifest sends with every request is missing or different: `{header}`, `{expected}`.",
        Refusal(message="The header {header} must be {expected}."),
    )
    unknown_path: Refusal = _(
        "There is no such path: `{method}`, `{path}`.", Refusal(message="There is nothing at {method} {path}.", status=404)
    )
    wrong_method: Refusal = _(
        "The path does not take this HTTP method: `{method}`, `{path}`.", Refusal(message="{path} does not take {method}.", status=405)
    )
    not_found: Refusal = _("There is no such object: `{noun}`, `{id}`.", Refusal(message="There is no {noun} {id}.", status=404))
    bad_json: Refusal = _("The body is not JSON.", Refusal(message="The body is not JSON."))
    bad_form: Refusal = _(
        "The body is not of the kind that its method takes, as a form: `{expected}`.",
        Refusal(message="The body must be {expected}."),
    )
    not_object: Refusal = _("The body is JSON but no object: `{found}`.", Refusal(message="The body must be an object, not {found}."))
    missing: Refusal = _("Something required is missing: `{name}`.", Refusal(message="{name} is missing.", param="{name}"))
    unknown: Refusal = _(
        "A parameter or body attribute that there is not: `{name}`.", Refusal(message="There is no {name}.", param="{name}")
    )
    wrong_type: Refusal = _(
        "A value of another type: `{name}`, `{expected}`, `{found}`.",
        Refusal(message="{name} must be {expected}, not {found}.", param="{name}"),
    )
    too_small: Refusal = _(
        "A number below its minimum: `{name}`, `{kind}`, `{bound}`, `{found}`.",
        Refusal(message="{name} must be {bound} or more, not {found}.", param="{name}"),
    )
    too_large: Refusal = _(
        "A number above its maximum: `{name}`, `{kind}`, `{bound}`, `{found}`.",
        Refusal(message="{name} must be {bound} or less, not {found}.", param="{name}"),
    )
    too_long: Refusal = _(
        "A text or list that is too long: `{name}`, `{kind}` (string or array), `{expected}` (with its article), `{bound}`, `{found}`.",
        Refusal(message="{name} must be {expected} with a length of {bound} or less, not {found}.", param="{name}"),
    )
    too_short: Refusal = _(
        "A list with too few items: `{name}`, `{bound}`, `{found}`.", Refusal(message="{name} has {found} items; it needs {bound}.")
    )
    long_key: Refusal = _(
        "A key of a map that is too long: `{name}`, `{key}`, `{bound}`, `{found}`.",
        Refusal(message="A key of {name} has {found} characters; it may have {bound}."),
    )
    too_many: Refusal = _(
        "A map with too many keys: `{name}`, `{bound}`, `{found}`.", Refusal(message="{name} has {found} keys; it may have {bound}.")
    )
    not_allowed: Refusal = _(
        "A value outside its set: `{name}`, `{expected}`, `{found}`.",
        Refusal(message="{name} must be one of {expected}, not {found}.", param="{name}"),
    )
    not_one: Refusal = _(
        "An object with none of the fields of which it needs one, or with several: `{name}`, `{expected}`, `{found}`.",
        Refusal(message="{name} has {found}; it needs one of {expected}."),
    )
    bad_cursor: Refusal = _(
        "A cursor that names no object of the list: `{name}`, `{noun}`, `{id}`.",
        Refusal(message="{name} names no {noun} of the list: {id}.", param="{name}"),
    )
    key_reused: Refusal = _(
        "An idempotency key came with another request before: `{key}`; 422 in the words of Stripe when this is absent.",
        Refusal(
            message="Keys for idempotent requests can only be used with the same parameters they were first used with.",
            status=422,
        ),
    )
    rate_limited: Refusal = _("The body of the fault `rate_limit`.", Refusal(message="Too many requests.", status=429))
    server_error: Refusal = _("The body of the fault `server_error`.", Refusal(message="Something went wrong.", status=500))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    by: str | None = _(
        "The field that lists are ordered by; objects of equal value stay in the order of their making, and all do when this is absent.",
        None,
    )
    body: Any = _(
        "A page, of `{rows}`, `{more}`, `{total}`, `{pages}` (how many), `{next}` (a token) and `{next_url}`; "
        "when this is absent, what the manifest says of rows and paging.",
        None,
    )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Find:
    collection: str = _("Where to look.")
    id: Any = _("Which object; none of that id is the refusal `not_found`.")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    collection: str = _("Where to look.")
    parent: Any = _("Look only below this object.", None)
    where: dict[str, Any] = _("What must hold of `item`.", {})


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    message: str = _("What the API says, as a template.")
    when: dict[str, Any] = _("Refuse when all this holds.", {})
    unless: dict[str, Any] = _("Refuse unless all this holds.", {})
    exists: Search | None = _("Refuse when there is such an object, which the message may call `found`.", None)
    same: tuple[Any, ...] = _("Refuse unless these two lists hold the same values, in whatever order.", ())
    status: int = _("The HTTP status.", 400)
    type: str | None = _("For `{type}` in the error's body.", None)
    code: str | None = _("For `{code}`.", None)
    param: str | None = _("For `{param}`, as a template.", None)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Create:
    collection: str = _("What is created.")
    parent: Any = _("The object that it belongs to.", None)
    each: Any = _("A list: one is created for each of its items, called `item`.", None)
    body: Any = _("What a client would have sent.", None)
    plan: Any = _("Entries of its plan that differ from the collection's, or are new.", None)
    name: str | None = _("What later steps call it.", None, key="as")
    scenes: tuple[str, ...] = _("Scenes that are played in it; they call it `parent`.", ())


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    record: Any = _("The object that changes; or say which with the other keys, and each is called `item`.", None)
    collection: str | None = _("Where the objects are that change.", None)
    parent: Any = _("Only those below this object.", None)
    where: dict[str, Any] = _("Only those of which this holds.", {})
    set: dict[str, Any] = _("New values, by dotted path; `plan.` leads into the plan.")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    when: dict[str, Any] = _("Done only when all this holds.", {})
    set: dict[str, Any] = _("New values of `object`, by dotted path; `plan.` leads into the plan.", {})
    create: Create | None = _("An object to create.", None)
    change: Change | None = _("Other objects to change.", None)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    when: dict[str, Any] = _("Possible only when all this holds as the state is entered.", {})
    after: Any = _("Seconds in the state until it happens.", None)
    at: Any = _("Or the time at which it happens, in Unix seconds.", None)
    to: str | None = _("The state that follows.", None)
    call: str | None = _("Or the method that happens to be called then, as a client would.", None)
    body: Any = _("With what body it is called.", None)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class State:
    do: tuple[Step, ...] = _("What happens as the state is entered.", ())
    next: tuple[Next, ...] = _("What may follow; the earliest does.", ())


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    noun: str | None = _("What refusals call one of them; the name of the resource when this is absent.", None)
    parameter: str | None = _("The path parameter that names one; as the paths of the manifest have it when this is absent.", None)
    parent: str | None = _("The collection of what they belong to; as the paths of the manifest have it when this is absent.", None)
    same_as: str | None = _("The collection whose objects these are, as they are when somebody first asks, as what a search finds.", None)
    id: str | None = _("What their ids start with; ids as the manifest describes them are made when this is absent.", None)
    finds: dict[str, Find] = _("Objects that a new one refers to, by the names that templates use.", {})
    refuse: tuple[Refuse, ...] = _("When a client's wish for a new one is refused.", ())
    object: dict[str, Any] = _(
        "A new one as the API shows it, made of `{body…}`, `{parent…}`, `{id}` and `{now}`. Columns that are not here are made up.", {}
    )
    plan: dict[str, Any] = _("What a new one keeps for later and does not show; may use `{object…}`.", {})
    uploaded: Any = _(
        "What file a new one stands for, which methods with `content` answer: a file of the body, as `{body.file}`, what another one "
        "stands for (`{item.uploaded}`), a text, or a list of these, one after the other. The file that was sent with it when absent.",
        None,
    )
    created: tuple[Step, ...] = _("What happens besides when one is created.", ())
    field: str = _("The field that holds its state.", "status")
    states: dict[str, State] = _("The states it passes through; the first it has is the one `object` gives.", {})
    deleted: Any = _("What is answered when one is deleted.", None)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    finds: dict[str, Find] = _("Objects that the call refers to.", {})
    refuse: tuple[Refuse, ...] = _("When it is refused; the first that applies is answered.", ())
    do: tuple[Step, ...] = _("What it does.", ())
    to: str | None = _("The state that its object enters after that.", None)
    answer: Any = _("What is answered; the object, when this is absent.", None)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    at: Any = _("When a round is, in seconds from the clock's start, negative before it; with `gap`, when the first one is.", None)
    after: Any = _("Or how many seconds after what it is played in was created.", None)
    count: Any = _("How many rounds it has.", 1)
    each: Any = _("A list: one round for each of its items, called `item`.", None)
    gap: Any = _("Seconds from one round to the next.", None)
    create: tuple[Create, ...] = _("What is created in a round, in order.")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    rows: str = _("The collection whose objects are its rows, called `item`.")
    columns: dict[str, Any] = _("Its columns.")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    requests: int = _("How many requests.")
    per_s: float = _("In how many seconds, from the first of them on.")
    anonymous: bool = _("Whether it is for those who come without a key, or for those with one.", default=False)
    service: str | None = _("The service that it is for; all others together when this is absent.", None)
    headers: str | None = _(
        "What the headers begin with that say how many requests there may be (`limit`), were (`used`) and are left (`remaining`), and when "
        "it begins anew (`reset`, in Unix seconds), as `x-ratelimit-`.",
        None,
    )
    refusal: Refusal = _("The answer when it is used up.", Refusal(message="Too many requests.", status=429))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    path: str = _("Where the paths of the manifest start too, from a slash on; `*` stands for one part, as `/deployments/*`.")
    query: tuple[str, ...] = _("The query parameters that requests there have to have, and that mean nothing.", ())


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    sandbox: int = _("The version of this language: 1.")
    key: str = _("The API key that is accepted.", "sandbox-key")
    service: str | None = _(
        "The service whose resources and methods are meant by their bare names; others are written as `service.resource` and "
        "`service.resource.method`.",
        None,
    )
    headers: dict[str, Any] = _("Headers of every answer.", {})
    any_headers: bool = _("Whether requests may come without the headers that the manifest sends with each.", default=False)
    etags: bool = _("Whether answers to GET have an ETag, and say 304 to who has it already.", default=False)
    quotas: tuple[Quota, ...] = _("How many requests there may be, besides the rate limits of the manifest.", ())
    bases: tuple[Base, ...] = _(
        "Where it answers besides the base URL of the manifest, as compatible servers do; the first that fits counts.", ()
    )
    ignored_query: tuple[str, ...] = _("Query parameters that are accepted and mean nothing.", ())
    ignored_body: tuple[str, ...] = _("Body attributes that are accepted though the manifest has not got them.", ())
    error: Any = _(
        "The body of a refusal, of `{message}`, `{status}`, `{type}`, `{code}` and `{param}`; as `errors` of the manifest says if absent.",
        None,
    )
    refusals: Refusals = _("The words of refusals.", Refusals())
    list: Listing = _("How lists of the collections here look.", Listing())
    values: dict[str, Any] = _("Values that templates may use as `{values.name}`; no templates themselves.", {})
    collections: dict[str, Collection] = _(
        "The objects, by the name of their resource. Those of other resources are made up as the manifest describes them.", {}
    )
    methods: dict[str, Action] = _("What methods do that do not list, get, create, change or delete one object.", {})
    scenes: dict[str, Scene] = _("What happens in seeded objects, by name.", {})
    seeds: tuple[Scene, ...] = _("What is there from the start.", ())
    tables: dict[str, Table] = _("Local tables that go with the data.", {})


def load_sandbox(folder: Path, provider: Provider) -> Sandbox:
    """The sandbox file of a provider's folder; one that says nothing where there is none. Raises ManifestError with all its faults."""
    file = folder / SANDBOX_FILE
    if not file.is_file():
        return Sandbox(sandbox=VERSION)
    sandbox, faults = read_sandbox(str(file), file.read_text("utf-8-sig"), provider)
    if faults:
        raise ManifestError(faults)
    return sandbox


def collection_of(sandbox: Sandbox, service: str, resource: str) -> str:
    """What the collection of a resource is called: by its bare name only where the file calls it so."""
    own = sandbox.service in {None, service} and resource in sandbox.collections
    return resource if own and f"{service}.{resource}" not in sandbox.collections else f"{service}.{resource}"


def action_of(sandbox: Sandbox, service: str, resource: str, method: str) -> Action | None:
    """What the file says that a method does; None where it says nothing of it."""
    own = sandbox.methods.get(method) if sandbox.service in {None, service} else None
    return sandbox.methods.get(f"{service}.{resource}.{method}", own)


def read_sandbox(file: str, text: str, provider: Provider) -> tuple[Sandbox, tuple[Fault, ...]]:
    """What a sandbox file says, and its faults in order; with faults, stand-ins take the place of what is wrong."""
    document = Document(file, text)
    sandbox = document.read(Sandbox, without={})
    if document.root is not None:
        _Rules(document, sandbox, provider).check()
    return sandbox, tuple(sorted(document.faults, key=lambda fault: (fault.line, fault.column)))


class _Rules:
    """What must hold between the keys of a sandbox file and its provider's manifest."""

    def __init__(self, document: Document, sandbox: Sandbox, provider: Provider) -> None:
        self._document = document
        self._sandbox = sandbox
        self._services = provider.services
        self._resources = _by_name((service, name) for service, of in provider.services.items() for name in of.resources)
        self._methods = _by_name(
            (f"{service}.{name}", method)
            for service, of in provider.services.items()
            for name, resource in of.resources.items()
            for method in resource.methods
        )

    def check(self) -> None:
        """Keeps what is wrong as faults of the document."""
        if self._document.sound("sandbox") and self._sandbox.sandbox != VERSION:
            self._document.fault("sandbox", f"this rowcall reads version {VERSION} of the sandbox language, not {self._sandbox.sandbox}")
        if self._sandbox.service is not None:
            self._known("service", self._sandbox.service, self._services, "service")
        self._walk(self._sandbox, "", {})
        for name in self._sandbox.collections:
            self._meant(f"collections.{name}", name, self._resources, "resource")
        for name in self._sandbox.methods:
            self._meant(f"methods.{name}", name, self._methods, "method")

    def _meant(self, path: str, name: str, known: Mapping[str, Sequence[str]], kind: str) -> None:
        """A name must be that of one resource or method of the manifest."""
        self._known(path, name, known, f"{kind} in the manifest", at_key=True)
        several = [own for own in known.get(name, ()) if self._sandbox.service is None or own.startswith(f"{self._sandbox.service}.")]
        if "." not in name and len(several) != 1 and name in known:
            names = " and ".join(f"`{own}`" for own in several or known[name])
            self._document.fault(path, f"`{name}` may be {names}; write which, or say the `service` of bare names", at_key=True)

    def _walk(self, record: Any, path: str, states: dict[str, State]) -> None:
        """Checks the templates, conditions and names in `record` and in all records below it."""
        states = record.states if isinstance(record, Collection) else states
        for key, (field, hint) in keys_of(type(record)).items():
            value, below = getattr(record, field.name), f"{path}.{key}" if path else key
            if key in {"when", "unless", "where"}:
                self._report(condition_problems(value, below))
            if key != "values":
                self._field(value, hint, below, states)
            self._name(key, value, below, states if isinstance(record, Next) else {})

    def _field(self, value: Any, hint: Any, path: str, states: dict[str, State]) -> None:
        if dataclasses.is_dataclass(value):
            self._walk(value, path, states)
        elif isinstance(value, dict):
            inner = typing.get_args(hint)[1] if hint is not Any else Any
            if inner is Any:
                self._report(problems(value, path))
            else:
                for key, item in value.items():
                    self._field(item, inner, f"{path}.{key}", states)
        elif isinstance(value, tuple):
            for index, item in enumerate(value):
                self._field(item, typing.get_args(hint)[0], f"{path}[{index}]", states)
        elif hint is not bool and value is not None:
            self._report(problems(value, path))

    def _name(self, key: str, value: Any, path: str, states: dict[str, State]) -> None:
        """Names of things elsewhere in the file must be names of things there are."""
        if value is None:
            return
        if key in {"collection", "rows", "same_as"} and "." in value and value in self._resources:
            return
        if key in {"collection", "rows", "same_as"} or (key == "parent" and path.count(".") == 2 and path.startswith("collections.")):
            self._known(path, value, self._sandbox.collections, "collection")
        if key == "call":
            self._known(path, value, self._sandbox.methods, "method with an entry")
        if key == "to" and states:
            self._known(path, value, states, "state")
        if key == "scenes" and isinstance(value, tuple):
            for index, scene in enumerate(value):
                self._known(f"{path}[{index}]", scene, self._sandbox.scenes, "scene")

    def _known(self, path: str, name: str, known: Any, kind: str, *, at_key: bool = False) -> None:
        if name in known or not self._document.sound(path):
            return
        close = nearest(name, known, 1)
        hint = f"; did you mean `{close[0]}`?" if close else ""
        self._document.fault(path, f"there is no {kind} `{name}`{hint}", at_key=at_key)

    def _report(self, found: list[tuple[str, str]]) -> None:
        for path, message in found:
            self._document.fault(path, message)


def _by_name(places: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Full names, by themselves and by their last part."""
    found: dict[str, list[str]] = {}
    for place, name in places:
        for known in (name, f"{place}.{name}"):
            found.setdefault(known, []).append(f"{place}.{name}")
    return found
