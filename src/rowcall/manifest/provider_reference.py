"""Pages about a provider, made from its manifest: one about the provider, and one for each service.

`python -m rowcall.manifest.provider_reference` writes those of the shipped providers to `docs/providers/`; with the folder of a provider
and another folder, those of that provider to the latter.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rowcall.manifest.model import (
    TOKEN_KINDS,
    Attribute,
    AuthKind,
    AuthScheme,
    Awaits,
    Column,
    Encoding,
    Lifecycle,
    ListOf,
    Method,
    Object,
    Paging,
    Parameter,
    Place,
    Provider,
    RateLimit,
    Resource,
    Retry,
    Role,
    Scalar,
    Service,
    Type,
    Verb,
)
from rowcall.manifest.read import load_provider
from rowcall.manifest.types import duckdb_type

FOLDER = "docs/providers"
_OPENING = "<!-- Made by `python -m rowcall.manifest.provider_reference` from provider/{}; change it there. -->\n"
_CLAUSE = re.compile(r" (?=(?:FROM|WHERE|GROUP BY|ORDER BY|VALUES|RETURNING) )")
_WIDE = 90
_UNQUOTED = re.compile(r'"([a-z_][a-z0-9_]*)"')
_ROLES = {
    Role.PAGE_SIZE: "Chosen by rowcall, unless a statement says it.",
    Role.CURSOR: "Set by rowcall as it pages.",
    Role.FIELDS: "The columns that a statement names.",
    Role.GROUP: "Those of these columns that a statement names; rows are divided by them, and by no other.",
}
"""What is said of a parameter that is no filter."""
_SENT = {
    AuthKind.BEARER: "`{name}: {prefix}KEY`",
    AuthKind.HEADER: "`{name}: {prefix}KEY`",
    AuthKind.QUERY: "the query parameter `{name}`",
    AuthKind.BASIC: "user and password, as `{name}: {prefix}…`",
    AuthKind.OAUTH2: "`{name}: {prefix}TOKEN`, a token that the client gets by its id and secret",
    AuthKind.GOOGLE: "`{name}: {prefix}TOKEN`, a token that Google gives to a service account",
    AuthKind.AZURE: "`{name}: {prefix}TOKEN`, a token of Microsoft Entra ID",
    AuthKind.AWS: "not at all: it signs the request, as AWS wants it",
    AuthKind.NONE: "not at all",
}
_PREFIXES = {AuthKind.BASIC: "Basic ", **dict.fromkeys((AuthKind.BEARER, *TOKEN_KINDS), "Bearer ")}
_PAGED = {
    "cursor": "`{parameter}` is the id of the last row",
    "token": "`{parameter}` is what the page before says",
    "link": "by the `Link` header",
    "next_url": "by a URL in the body",
    "page": "`{parameter}` counts pages",
    "offset": "`{parameter}` counts rows",
}
"""How the next page is found, by the kind of paging."""


def pages(provider: Provider) -> dict[str, str]:
    """The Markdown of each page by its name: `index.md`, and one named after each service."""
    return {"index.md": _provider_page(provider)} | {
        f"{name}.md": _service_page(provider, service) for name, service in _services(provider)
    }


def write(root: Path) -> tuple[Path, ...]:
    """The pages of all providers in the checkout at `root`, written in place of those that were there."""
    shutil.rmtree(root / FOLDER, ignore_errors=True)
    folders = [file.parent for file in sorted((root / "provider").glob("*/provider.yaml"))]
    return tuple(file for folder in folders for file in write_one(folder, root / FOLDER / folder.name))


def write_one(folder: Path, into: Path) -> tuple[Path, ...]:
    """The pages of the provider whose manifest is in `folder`, written to the folder `into`. Raises ManifestError."""
    made = pages(load_provider(folder))
    into.mkdir(parents=True, exist_ok=True)
    for name, text in made.items():
        (into / name).write_text(text, encoding="utf-8")
    return tuple(into / name for name in made)


def _services(provider: Provider) -> list[tuple[str, Service]]:
    return sorted(provider.services.items())


def _provider_page(provider: Provider) -> str:
    """What all services have in common, and which there are."""
    base = f"`{provider.base_url}`" + "".join(f", or `${name}`" for name in provider.base_url_env)
    facts = {
        "Name in SQL": f"`{provider.provider}`",
        "Documentation": f"<{provider.source}>",
        "Base URL": base,
        "Requests at a time": f"{provider.max_in_flight} at the most",
        "Rate limit": _limits(provider.rate_limits) or "none in the manifest",
        "Tried again": _retried(provider.retry),
        "Idempotency key": f"`{provider.idempotency_key}`" if provider.idempotency_key else "",
    }
    services = {f"[{name}]({name}.md)": (_resource_names(name, service), service.description) for name, service in _services(provider)}
    return "\n".join(
        [
            _OPENING.format(provider.provider),
            f"# {provider.title}\n\n{provider.description}\n",
            *_lifecycle(provider.lifecycle),
            _table("| | |", [(name, fact) for name, fact in facts.items() if fact]),
            _SETTINGS,
            "## Services\n\n" + _table("| Service | Resources | |", [(name, *cells) for name, cells in services.items()]),
            "## Authentication\n\n" + _table("| Scheme | The key is sent as | and taken from |", list(_schemes(provider.auth))),
            *_section("Variables of the base URL", "| Variable | | |", _variables(provider)),
            *_section("Headers", "| Header | | |", _headers(provider)),
            *_section("Paging", "| Way | The next page | Rows of a page |", [_paging(name, way) for name, way in provider.paging.items()]),
        ]
    )


_RUNS = "The examples run in `rowcall shell --sandbox --provider {}`, and name what is there; elsewhere your own ids stand in their place."
_SETTINGS = """\
All of this can be [set](../../python.md#settings-of-a-provider) where a server of yours has it otherwise.
"""


_OWN_KEY = """\
It has a key of its own, which goes to no other service, as the provider's goes to none here.
[Settings](../../python.md#settings-of-a-provider) of `{}` say it too.
"""


def _schemes(auth: Mapping[str, AuthScheme]) -> Iterator[tuple[str, str, str]]:
    for number, (name, scheme) in enumerate(auth.items()):
        header = scheme.name or ("key" if scheme.kind is AuthKind.QUERY else "Authorization")
        sent = _SENT[scheme.kind].format(name=header, prefix=scheme.prefix or _PREFIXES.get(scheme.kind, ""))
        sent += "; requests go without it where there is none" if scheme.optional else ""
        yield f"`{name}`" + ("" if number else ", unless another is set"), sent, _variables_of((*scheme.id_env, *scheme.env))


def _variables(provider: Provider) -> list[tuple[str, str, str]]:
    return [
        (f"`{name}`", variable.description, _given(variable.default, "when absent") or _variables_of(variable.env))
        for name, variable in provider.variables.items()
    ]


def _headers(provider: Provider) -> list[tuple[str, str, str]]:
    always = [(f"`{name}`", f"`{value}`, always.", "") for name, value in provider.headers.items()]
    return always + [(f"`{name}`", header.description, _variables_of(header.env)) for name, header in provider.optional_headers.items()]


def _paging(name: str, paging: Paging) -> tuple[str, str, str]:
    size = paging.page_size
    rows = "" if size is None else ", ".join(filter(None, [_given(size.maximum, "at the most"), _given(size.default, "unless asked for")]))
    counted = " Further pages are fetched together." if paging.total or paging.pages or paging.pages_header else ""
    return f"`{name}`", f"{paging.kind}: {_PAGED[paging.kind].format(parameter=paging.parameter)}.{counted}", rows


def _service_page(provider: Provider, service: Service) -> str:
    name = f"{provider.provider}.{service.service}"
    resources = [(f"[{key}](#{key})", ", ".join(_verbs(resource)), resource.description) for key, resource in service.resources.items()]
    carried = ", ".join(f"`{key}: {value}`" for key, value in service.headers.items())
    facts = [f"Every request carries {carried}." if carried else "", _limited(service.rate_limits), _RUNS.format(provider.provider)]
    keys = list(_schemes(service.auth))
    return "\n".join(
        [
            _OPENING.format(f"{provider.provider}/{service.service}.yaml"),
            f"# {name}\n\n{service.description} A service of [{provider.title}](index.md).\n",
            *_lifecycle(service.lifecycle),
            *(f"{fact}\n" for fact in facts if fact),
            *([_OWN_KEY.format(name), _table("| Scheme | The key is sent as | and taken from |", keys)] if keys else []),
            *_section("Paging", "| Way | The next page | Rows of a page |", [_paging(name, way) for name, way in service.paging.items()]),
            _table("| Resource | Takes | A row is |", resources),
            *(_resource(f"{name}.{key}", key, resource, provider, service) for key, resource in service.resources.items()),
        ]
    )


def _resource(full_name: str, name: str, resource: Resource, provider: Provider, service: Service) -> str:
    version = f"`{resource.version}` is another one whenever anything in the row has changed." if resource.version else ""
    facts = [version, _awaited(resource.awaits), _limited(resource.rate_limits)]
    return "\n".join(
        [
            f"## {name}\n\n{resource.description} In SQL `{full_name}`. [The API's own page]({resource.source})\n",
            *_lifecycle(resource.lifecycle),
            *(f"{fact}\n" for fact in facts if fact),
            _examples(resource),
            _columns(resource.columns),
            *(_method(f"{name}.{key}", method, provider, service) for key, method in resource.methods.items()),
        ]
    )


def _examples(resource: Resource) -> str:
    shown = [f"-- {example.description}\n{_laid_out(example.sql.rstrip(';'))};" for example in resource.examples]
    return "```sql\n" + "\n\n".join(shown) + "\n```\n" if shown else ""


def _laid_out(sql: str) -> str:
    """A long statement with a line for each clause, where nothing in quotes or brackets is broken."""
    if len(sql) <= _WIDE:
        return sql
    laid_out, depth = "", 0
    for piece in re.split(r"('[^']*'|[()])", sql):
        depth += (piece == "(") - (piece == ")")
        laid_out += piece if depth or piece.startswith("'") else _CLAUSE.sub("\n", piece)
    return laid_out


def _columns(columns: Mapping[str, Column]) -> str:
    rows = [(f"`{name}`", _type(column.type), _column_text(name, column)) for name, column in columns.items()]
    return _table("| Column | Type | What it holds |", rows)


def _column_text(name: str, column: Column) -> str:
    where = f"At `{column.source}` in the answer." if column.source not in {None, name} else ""
    where += "The same in all rows of one record." if column.outer else ""
    return " ".join(filter(None, [column.description, _one_of(column.enum), where, "" if column.nullable else "Never NULL."]))


def _method(name: str, method: Method, provider: Provider, service: Service) -> str:
    also = f"Also called {', '.join(f'`{alias}`' for alias in method.aliases)}." if method.aliases else ""
    inputs = [*_parameters(method), *_attributes(method)]
    return "\n".join(
        [
            f"### {name}\n\n{method.verb.value.upper()}: `{method.http}`\n",
            " ".join(filter(None, [method.description, also, *_promises(method, provider, service)])) + "\n",
            *_lifecycle(method.lifecycle),
            *([_table("| Takes | In | Type | |", inputs)] if inputs else []),
            *(["It answers:\n", _columns(method.returns)] if method.returns else []),
        ]
    )


_ENCODINGS = {
    Encoding.MULTIPART: "a form (multipart)",
    Encoding.URLENCODED: "a form (urlencoded)",
    Encoding.XML: "XML",
    Encoding.RAW: "it is, with nothing around it",
    Encoding.JSONL: "lines of JSON",
}


def _promises(method: Method, provider: Provider, service: Service) -> Iterator[str]:
    """What is known of a call besides what goes in."""
    if method.paging:
        size = {**provider.paging, **service.paging}[method.paging].page_size
        most = f", with up to {size.maximum} rows a page" if size and size.maximum else ""
        yield f"It is paged{most}."
    if method.at_most:
        yield f"The API gives {method.at_most:,} rows at the most; a statement that got so many is warned."
    if method.expected_rows:
        yield f"It is expected to give {method.expected_rows:,} rows."
    if method.encoding is not Encoding.JSON:
        yield f"It is sent as {_ENCODINGS[method.encoding]}."
    if method.absent:
        yield "A row that is not there is no error."
    key = method.key_header(provider)
    if key:
        yield f"It is sent again when its answer was lost, since the header `{key}` keeps it from being carried out twice."
    elif not method.is_read and (method.idempotent or method.http_method in {"PUT", "DELETE"}):
        yield "It is sent again when its answer was lost, since twice does no more than once."
    if method.reads and method.http_method != "GET":
        yield "It changes nothing."
    if method.awaits:
        yield _awaited(method.awaits)


def _parameters(method: Method) -> Iterator[tuple[str, str, str, str]]:
    ordered = sorted(method.parameters.items(), key=lambda item: item[1].place is not Place.PATH and not item[1].required)
    for name, parameter in ordered:
        needed = parameter.required or parameter.place is Place.PATH
        yield f"`{name}`", parameter.place.value, _kind(duckdb_type(parameter.type), needed=needed), _parameter_text(name, parameter)


def _parameter_text(name: str, parameter: Parameter) -> str:
    said = [parameter.description, _one_of(parameter.enum), _bounds(parameter), _given(parameter.default, "when absent", "It is")]
    if parameter.name not in {None, name}:
        said.append(f"In the request `{parameter.name}`.")
    if parameter.column not in {None, name}:
        said.append(f"`{parameter.column}` in every row.")
    if parameter.sends is not None:
        said.append(_given(parameter.sends, "is sent where a statement does not say it"))
    if parameter.many:
        said.append("Several values go in one request.")
    if parameter.entries:
        said.append(f"`{parameter.entries}['…'] = '…'` gives it.")
    if parameter.range:
        said.append(f"The bound of `{parameter.range.column} {parameter.range.operator} …`.")
    if parameter.sorts:
        said.append(f"`ORDER BY` {' or '.join(f'`{column}`' for column in parameter.sorts)} gives it.")
    if parameter.role in _ROLES:
        said.append(_ROLES[parameter.role])
    return " ".join(filter(None, said))


def _attributes(method: Method) -> Iterator[tuple[str, str, str, str]]:
    """The attributes of the body, required ones first, each with what is known of the fields within it."""
    ordered = sorted(method.body.items(), key=lambda item: not item[1].required)
    for name, attribute in ordered:
        yield from _attribute(name, attribute)


def _attribute(path: str, attribute: Attribute) -> Iterator[tuple[str, str, str, str]]:
    kind = _outline(attribute.type, attribute.fields) if attribute.fields else duckdb_type(attribute.type)
    yield f"`{path}`", "body", _kind(kind, needed=attribute.required), _attribute_text(attribute)
    for name, field in attribute.fields.items():
        yield from _attribute(f"{path}{'[]' if isinstance(attribute.type, ListOf) else ''}.{name}", field)


def _outline(type_: Type, apart: Mapping[str, Attribute]) -> str:
    """The type without the fields `apart`, which have lines of their own."""
    if isinstance(type_, ListOf):
        return f"{_outline(type_.item, apart)}[]"
    if not isinstance(type_, Object):
        return duckdb_type(type_)
    own = Object(tuple(field for field in type_.fields if field[0] not in apart))
    return duckdb_type(own).replace(")", ", …)") if own.fields else "STRUCT"


def _attribute_text(attribute: Attribute) -> str:
    kinds = f"A JSON {' or '.join(attribute.kinds)}." if attribute.kinds else ""
    beside = " and ".join(f"`{name}` is `{value}`" for name, value in attribute.required_if.items())
    item = "key" if attribute.type is Scalar.MAP else "item"
    sizes = {
        f"{_count(attribute.min_items, item)} or more.": attribute.min_items,
        f"{_count(attribute.max_items, item)} at the most.": attribute.max_items,
        f"Keys of {_count(attribute.max_key_length, 'character')} at the most.": attribute.max_key_length,
        f"{_count(attribute.max_length, 'character')} at the most.": attribute.max_length,
    }
    said = [attribute.description, kinds, _one_of(attribute.enum), _bounds(attribute)]
    said += [text for text, size in sizes.items() if size is not None]
    said += [f"Required where {beside}." if beside else "", "Other fields may stand in it too." if attribute.open else ""]
    said += ["Or NULL." if attribute.nullable else ""]
    return " ".join(filter(None, said))


def _count(number: int | None, noun: str) -> str:
    return f"{number or 0:,} {noun}{'' if number == 1 else 's'}"


def _kind(type_: str, *, needed: bool) -> str:
    return _code(type_) + (", **required**" if needed else "")


def _type(type_: Type) -> str:
    return _code(duckdb_type(type_))


def _code(type_: str) -> str:
    return f"`{_UNQUOTED.sub(lambda name: name[1], type_)}`"


def _one_of(values: Sequence[str]) -> str:
    return f"One of {', '.join(f'`{value}`' for value in values)}." if values else ""


def _bounds(of: Parameter | Attribute) -> str:
    least, greatest = (None if bound is None else f"{bound:g}" for bound in (of.minimum, of.maximum))
    if least and greatest:
        return f"From {least} to {greatest}."
    return f"{least} or more." if least else (f"{greatest} or less." if greatest else "")


def _given(value: Any, says: str, before: str = "") -> str:
    """`20 when absent`, as a sentence where something stands before it; "" where there is no value."""
    if value is None:
        return ""
    text = f"`{str(value).lower() if isinstance(value, bool) else value}` {says}"
    return f"{before} {text}." if before else text


def _variables_of(names: Sequence[str]) -> str:
    return " or ".join(f"`${name}`" for name in names)


def _limits(limits: Sequence[RateLimit]) -> str:
    return ", ".join(f"{limit.requests:,} requests in {limit.per_s:g} s" for limit in limits)


def _limited(limits: Sequence[RateLimit]) -> str:
    return f"Rate limit: {_limits(limits)}." if limits else ""


def _retried(retry: Retry) -> str:
    statuses = ", ".join(map(str, retry.statuses))
    return f"{statuses}; {retry.attempts} attempts, up to {retry.base_s:g} s apart, doubling to {retry.max_s:g} s"


def _awaited(awaits: Awaits | None) -> str:
    if awaits is None:
        return ""
    ends = ", ".join(f"`{value}`" for value in awaits.terminal)
    return (
        f"[`AWAIT`](../../sql.md#waiting-for-the-end-await-and-until) asks `{awaits.reader}` until `{awaits.column}` is one of {ends},"
        f" for {awaits.timeout_s:g} s at the most."
    )


def _verbs(resource: Resource) -> list[str]:
    return [verb.value.upper() for verb in Verb if any(method.verb is verb for method in resource.methods.values())]


def _resource_names(service: str, of: Service) -> str:
    return ", ".join(f"[{name}]({service}.md#{name})" for name in of.resources)


def _lifecycle(lifecycle: Lifecycle | None) -> Iterator[str]:
    """A note for readers where the API, or a part of it, has an end."""
    if lifecycle is None:
        return
    title = f"Shut down on {lifecycle.sunset}" if lifecycle.sunset else "Deprecated"
    where = f"At {', '.join(lifecycle.hosts)}." if lifecycle.hosts else ""
    instead = f"Its makers name as replacement: {', '.join(lifecycle.replaced_by)}." if lifecycle.replaced_by else ""
    text = " ".join(filter(None, [lifecycle.note or where, instead]))
    yield f'!!! warning "{title}"\n    {text}\n'


def _section(title: str, head: str, rows: Sequence[Sequence[str]]) -> list[str]:
    return [f"## {title}\n\n{_table(head, rows)}"] if rows else []


def _table(head: str, rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    return "\n".join([head, "|---" * (head.count("|") - 1) + "|", *lines, ""])


if __name__ == "__main__":
    folders = [Path(argument) for argument in sys.argv[1:]]
    for written in write_one(*folders) if folders else write(Path(__file__).resolve().parents[3]):
        print(written)  # noqa: T201 - a command says what it did
