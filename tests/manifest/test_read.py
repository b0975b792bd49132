"""Provider folders read into records, and every way in which one can be wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from rowcall.errors import ManifestError, UsageError
from rowcall.manifest.model import AuthKind, ListOf, Object, PagingKind, Place, Role, Scalar, Verb
from rowcall.manifest.read import check, load_provider

PROVIDER = """\
manifest: 1
provider: zoo
title: Zoo
description: The animals of a zoo.
source: https://zoo.example/api
base_url: https://{site}.zoo.example/v1
variables:
  site: {description: The site., default: north}
auth:
  key: {kind: header, name: X-Key, env: [ZOO_KEY]}
headers: {X-Style: plain}
paging:
  pages:
    kind: cursor
    parameter: after
    row: id
    page_size: {parameter: limit, maximum: 50}
"""

SERVICE = """\
service: animals
title: Animals
description: Who lives in the zoo.
resources:
  lions:
    description: One lion.
    source: https://zoo.example/api/lions
    columns:
      id: {type: string, nullable: false, description: The id.}
      mane: {type: [{length: number, colours: [string]}], description: The mane.}
    methods:
      get_lion:
        verb: select
        http: GET /lions/{lion_id}
        description: Gets one.
        parameters:
          lion_id: {in: path, column: id, description: The lion.}
        absent: {message: no lion}
      list_lions:
        verb: select
        http: GET /lions
        description: Lists all.
        parameters:
          limit: {in: query, type: integer, default: 10, maximum: 50, role: page_size, description: How many.}
        rows: data
        paging: pages
      feed:
        verb: exec
        http: POST /lions/{lion_id}/meals
        description: Feeds one.
        parameters:
          lion_id: {in: path, column: id, description: The lion.}
        body:
          meat: {type: string, required: true, description: Which.}
        aliases: [nourish]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A provider folder without faults."""
    (tmp_path / "provider.yaml").write_text(PROVIDER, encoding="utf-8")
    (tmp_path / "animals.yaml").write_text(SERVICE, encoding="utf-8")
    return tmp_path


def replaced(folder: Path, file: str, old: str, new: str) -> None:
    """Writes `new` in place of `old`, which has to stand in the file once."""
    text = (folder / file).read_text(encoding="utf-8")
    assert text.count(old) == 1, old
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")


def shown(folder: Path) -> list[str]:
    """The faults of a folder as a user reads them, without the folder."""
    return [str(fault).removeprefix(f"{folder}/") for fault in check(folder)]


def test_a_folder_becomes_a_provider_with_its_services(folder: Path) -> None:
    """Every key arrives in its field, with its type."""
    provider = load_provider(folder)

    lions = provider.services["animals"].resources["lions"]
    assert (provider.provider, provider.auth["key"].kind, provider.auth["key"].env) == ("zoo", AuthKind.HEADER, ("ZOO_KEY",))
    assert (provider.paging["pages"].kind, provider.paging["pages"].page_size.maximum) == (PagingKind.CURSOR, 50)  # type: ignore[union-attr]
    assert lions.columns["mane"].type == ListOf(Object((("length", Scalar.NUMBER), ("colours", ListOf(Scalar.STRING)))))
    assert (lions.columns["id"].nullable, lions.columns["mane"].nullable) == (False, True)
    limit = lions.methods["list_lions"].parameters["limit"]
    assert (limit.place, limit.type, limit.default, limit.maximum, limit.role) == (Place.QUERY, Scalar.INTEGER, 10, 50.0, Role.PAGE_SIZE)
    assert (lions.methods["feed"].verb, lions.methods["feed"].required()) == (Verb.EXEC, ("lion_id", "data__meat"))


def test_path_parameters_are_required_in_the_order_of_the_path(folder: Path) -> None:
    """The order in which a manifest declares them does not matter."""
    replaced(folder, "animals.yaml", "POST /lions/{lion_id}/meals", "POST /{den}/lions/{lion_id}/meals")
    replaced(folder, "animals.yaml", "        body:\n", "          den: {in: path, description: The den.}\n        body:\n")

    feed = load_provider(folder).services["animals"].resources["lions"].methods["feed"]

    assert feed.required() == ("den", "lion_id", "data__meat")


@pytest.mark.parametrize(
    ("written", "read"),
    [("no", "no"), ("on", "on"), ("2026-08-26", "2026-08-26"), ("0123", "0123"), ("1_000", "1_000"), ("12:30", "12:30"), ('"~"', "~")],
)
def test_what_stands_where_text_is_wanted_is_text(folder: Path, written: str, read: str) -> None:
    """None of the types that YAML 1.1 would guess gets in the way."""
    replaced(folder, "animals.yaml", "title: Animals", f"title: {written}")

    assert load_provider(folder).services["animals"].title == read


@pytest.mark.parametrize(
    ("type_", "written", "read"),
    [
        ("integer", "7", 7),
        ("number", "0.5", 0.5),
        ("number", "1", 1),
        ("boolean", "true", True),
        ("string", "yes", "yes"),
        ("string", '"7"', "7"),
        ("string", "null", None),
    ],
)
def test_a_default_has_the_type_that_json_would_give_it(folder: Path, type_: str, written: str, read: object) -> None:
    """Defaults are the one place where the form of a constant decides its type."""
    replaced(folder, "animals.yaml", "type: integer, default: 10, maximum: 50", f"type: {type_}, default: {written}")

    default = load_provider(folder).services["animals"].resources["lions"].methods["list_lions"].parameters["limit"].default

    assert (default, type(default)) == (read, type(read))


def test_an_alias_stands_for_a_whole_value(folder: Path) -> None:
    """Anchors and aliases are YAML's own, and need nothing of the language."""
    replaced(
        folder, "animals.yaml", "id: {type: string, nullable: false, description: The id.}", "id: &id {type: string, description: Told.}"
    )
    replaced(folder, "animals.yaml", "aliases: [nourish]", "returns: {id: *id}")

    lions = load_provider(folder).services["animals"].resources["lions"]

    assert lions.methods["feed"].returns == {"id": lions.columns["id"]}


def test_a_service_may_have_further_files(folder: Path) -> None:
    """Their resources come after those of its own file; they are checked by themselves too."""
    more = "more_of: animals\n" + SERVICE[SERVICE.index("resources:") :].replace("lions", "tigers").replace("lion", "tiger")
    (folder / "animals.cats.yaml").write_text(more)

    assert check(folder) == check(folder / "animals.cats.yaml") == ()
    assert list(load_provider(folder).services["animals"].resources) == ["lions", "tigers"]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (
            "plants.trees.yaml",
            "more_of: plants\nresources: {}\n",
            "plants.trees.yaml:1:10: there is no plants.yaml beside this file (more_of)",
        ),
        (
            "animals.cats.yaml",
            "more_of: plants\nresources: {}\n",
            "animals.cats.yaml:1:10: the file has more of the service `animals` by its name (more_of)",
        ),
        (
            "animals.cats.yaml",
            "more_of: animals\n" + SERVICE[SERVICE.index("resources:") :],
            "animals.cats.yaml:3:3: the service has a resource `lions` in another file (resources.lions)",
        ),
        (
            "animals.cats.yaml",
            "more_of: animals\ntitle: Cats\nresources: {}\n",
            "animals.cats.yaml:2:1: unknown key `title`; there is more_of, resources (title)",
        ),
    ],
)
def test_a_fault_of_a_further_file_is_shown_where_it_is(folder: Path, name: str, text: str, expected: str) -> None:
    """It belongs to a service that there is, and repeats nothing of it."""
    (folder / name).write_text(text)

    assert expected in shown(folder)


def test_files_of_the_sandbox_are_no_services(folder: Path) -> None:
    """What the sandbox needs lies beside the services and is not read here."""
    (folder / "sandbox.yaml").write_text("sandbox: 1\n", encoding="utf-8")

    assert list(load_provider(folder).services) == ["animals"]


_FED = "        body:\n          meat: {type: string, required: true, description: Which.}"

CASES = {
    "unknown key": ("animals.yaml", "    source:", "    sorce:", [
        "animals.yaml:6:5: missing key `source` (resources.lions.source)",
        "animals.yaml:7:5: unknown key `sorce`; did you mean `source`? (resources.lions.sorce)",
    ]),
    "unknown key like no other": ("provider.yaml", "X-Style: plain}", "X-Style: plain}\nzebra: 1", [
        ("provider.yaml:12:1: unknown key `zebra`; there is manifest, provider, title, description, source, base_url, base_url_env, "
        "variables, auth, headers, optional_headers, paging, rate_limits, max_in_flight, retry, idempotency_key, errors, lifecycle (zebra)"),
    ]),
    "duplicate key": ("animals.yaml", "        aliases: [nourish]", "        verb: exec", [
        "animals.yaml:35:9: duplicate key `verb`, first on line 28 (resources.lions.methods.feed.verb)",
    ]),
    "duplicate name": ("animals.yaml", "      mane: {", "      id: {", [
        "animals.yaml:10:7: duplicate key `id`, first on line 9 (resources.lions.columns.id)",
    ]),
    "merge key": ("animals.yaml", "aliases: [nourish]", "<<: {aliases: [nourish]}", [
        "animals.yaml:35:9: merge keys are not part of this language; alias a whole value instead (resources.lions.methods.feed.<<)",
    ]),
    "services in the provider file": ("provider.yaml", "headers: {X-Style: plain}", "services: {}", [
        "provider.yaml:11:1: each service is a file of its own beside this one (services)",
    ]),
    "yes for a boolean": ("animals.yaml", "nullable: false", "nullable: no", [
        "animals.yaml:9:36: expected `true` or `false`, found `no` (resources.lions.columns.id.nullable)",
    ]),
    "a quoted boolean": ("animals.yaml", "nullable: false", "nullable: 'false'", [
        'animals.yaml:9:36: expected `true` or `false`, found "false" in quotes (resources.lions.columns.id.nullable)',
    ]),
    "octal for a number": ("provider.yaml", "maximum: 50", "maximum: 050", [
        "provider.yaml:17:44: expected a whole number, found `050` (paging.pages.page_size.maximum)",
    ]),
    "text for a number": ("animals.yaml", "maximum: 50", "maximum: many", [
        "animals.yaml:24:67: expected a number, found `many` (resources.lions.methods.list_lions.parameters.limit.maximum)",
    ]),
    "nothing for text": ("animals.yaml", "title: Animals", "title:", [
        "animals.yaml:2:7: expected text, found nothing (title)",
    ]),
    "a list for text": ("animals.yaml", "title: Animals", "title: [Animals]", [
        "animals.yaml:2:8: expected text, found a list (title)",
    ]),
    "text for a list": ("animals.yaml", "aliases: [nourish]", "aliases: nourish", [
        "animals.yaml:35:18: expected a list, found `nourish` (resources.lions.methods.feed.aliases)",
    ]),
    "text for a mapping": ("animals.yaml", "absent: {message: no lion}", "absent: no lion", [
        "animals.yaml:18:17: expected a mapping of keys, found `no lion` (resources.lions.methods.get_lion.absent)",
    ]),
    "a list for names": ("provider.yaml", "headers: {X-Style: plain}", "headers: [X-Style]", [
        "provider.yaml:11:10: expected a mapping of names, found a list (headers)",
    ]),
    "a key that is no text": ("provider.yaml", "headers: {X-Style: plain}", "headers: {[a]: plain}", [
        "provider.yaml:11:11: a key is text (headers)",
    ]),
    "a choice": ("animals.yaml", "verb: exec", "verb: exce", [
        ("animals.yaml:28:15: expected `select`, `insert`, `replace`, `update`, `delete` or `exec`, found `exce`; did you mean `exec`? "
        "(resources.lions.methods.feed.verb)"),
    ]),
    "a type": ("animals.yaml", "id: {type: string", "id: {type: strng", [
        ("animals.yaml:9:18: expected `string`, `integer`, `number`, `boolean`, `json`, `map` or `blob`, found `strng`; did you mean `string`? "
        "(resources.lions.columns.id.type)"),
    ]),
    "a list of two types": ("animals.yaml", "colours: [string]", "colours: [string, map]", [
        ("animals.yaml:10:47: the type of a list is written `[T]`, with one type inside; found 2 "
        "(resources.lions.columns.mane.type[0].colours)"),
    ]),
    "an object without fields": ("animals.yaml", "colours: [string]", "colours: {}", [
        ("animals.yaml:10:47: an object type needs fields; write `json` for an object that may hold anything "
        "(resources.lions.columns.mane.type[0].colours)"),
    ]),
    "fields that differ in case": ("animals.yaml", "colours: [string]", "LENGTH: string", [
        ("animals.yaml:10:38: `LENGTH` and `length` differ in case alone, which SQL does not see "
        "(resources.lions.columns.mane.type[0].LENGTH)"),
    ]),
    "an endless type": ("animals.yaml", "colours: [string]", "colours: &loop [*loop]", [
        "animals.yaml:10:47: an alias stands inside what it names (resources.lions.columns.mane.type[0].colours[0])",
    ]),
    "the version": ("provider.yaml", "manifest: 1", "manifest: 2", [
        "provider.yaml:1:11: this rowcall reads version 1 of the manifest language, not 2 (manifest)",
    ]),
    "a provider's name": ("provider.yaml", "provider: zoo", "provider: The-Zoo", [
        "provider.yaml:2:1: `The-Zoo` is no name for a provider: use small letters, digits and _ (provider)",
    ]),
    "a file of another name": ("animals.yaml", "service: animals", "service: plants", [
        "animals.yaml:1:10: the file of the service `plants` is named plants.yaml, not animals.yaml (service)",
    ]),
    "a base URL with a slash": ("provider.yaml", "zoo.example/v1", "zoo.example/v1/", [
        "provider.yaml:6:11: expected an http or https URL without query and without a slash at the end (base_url)",
    ]),
    "a base URL of another scheme": ("provider.yaml", "https://{site}.", "ftp://{site}.", [
        "provider.yaml:6:11: expected an http or https URL without query and without a slash at the end (base_url)",
    ]),
    "a variable without use": ("provider.yaml", "https://{site}.", "https://", [
        "provider.yaml:8:3: `{site}` does not stand in the base URL (variables.site)",
    ]),
    "a variable without declaration": ("provider.yaml", "https://{site}.", "https://{sight}.{site}.", [
        "provider.yaml:6:11: `{sight}` is not in `variables`; did you mean `site`? (base_url)",
    ]),
    "a header scheme without name": ("provider.yaml", "name: X-Key, ", "", [
        "provider.yaml:10:8: a scheme of kind `header` needs `name` (auth.key)",
    ]),
    "a bearer scheme with name": ("provider.yaml", "kind: header", "kind: bearer", [
        "provider.yaml:10:29: a scheme of kind `bearer` has no `name` (auth.key.name)",
    ]),
    "a prefix of a query key": ("provider.yaml", "kind: header", "kind: query, prefix: 'Key '", [
        "provider.yaml:10:30: a scheme of kind `query` has no `prefix` (auth.key.prefix)",
    ]),
    "a client without a place for tokens": ("provider.yaml", "kind: header, name: X-Key", "kind: oauth2", [
        "provider.yaml:10:8: a scheme of kind `oauth2` needs `token_url` (auth.key)",
    ]),
    "a place for tokens without TLS": (
        "provider.yaml", "kind: header, name: X-Key", "kind: oauth2, token_url: 'http://zoo.example/token'", [
            "provider.yaml:10:34: a token is got over https, or from this machine, as `http://127.0.0.1:8000/token` (auth.key.token_url)",
    ]),
    "a variable of the place for tokens": (
        "provider.yaml", "kind: header, name: X-Key", "kind: oauth2, token_url: 'https://{sit}.zoo.example/token'", [
            "provider.yaml:10:34: `{sit}` is not in `variables`; did you mean `site`? (auth.key.token_url)",
    ]),
    "tokens of Entra for nothing": ("provider.yaml", "kind: header, name: X-Key", "kind: azure", [
        "provider.yaml:10:8: a scheme of kind `azure` needs `scopes` (auth.key)",
    ]),
    "a way of a client for another kind": ("provider.yaml", "name: X-Key", "name: X-Key, client_auth: body", [
        "provider.yaml:10:49: a scheme of kind `header` has no `client_auth` (auth.key.client_auth)",
    ]),
    "an environment variable": ("provider.yaml", "ZOO_KEY", "zoo-key", [
        "provider.yaml:10:42: `zoo-key` is no name for an environment variable (auth.key.env[0])",
    ]),
    "a header": ("provider.yaml", "X-Style: plain", "X Style: plain", [
        "provider.yaml:11:11: `X Style` is no name for a header (headers.X Style)",
    ]),
    "paging without its parameter": ("provider.yaml", "    parameter: after\n", "", [
        "provider.yaml:13:3: paging of kind `cursor` needs `parameter` (paging.pages)",
    ]),
    "paging without a cursor": ("provider.yaml", "    row: id\n", "", [
        "provider.yaml:13:3: paging of kind `cursor` needs `next` or `row` (paging.pages)",
    ]),
    "paging with what its kind has not": ("provider.yaml", "kind: cursor", "kind: page", [
        "provider.yaml:16:5: paging of kind `page` has no `row` (paging.pages.row)",
    ]),
    "a count of pages where there are no numbers": ("provider.yaml", "    row: id\n", "    row: id\n    pages: meta.last_page\n", [
        "provider.yaml:17:5: paging of kind `cursor` has no `pages` (paging.pages.pages)",
    ]),
    "a count of pages in a header that cannot be": (
        "provider.yaml", "    row: id\n", "    row: id\n    pages_header: X Total Pages\n", [
            "provider.yaml:17:5: paging of kind `cursor` has no `pages_header` (paging.pages.pages_header)",
            "provider.yaml:17:19: `X Total Pages` is no name for a header (paging.pages.pages_header)",
        ]),
    "a count of pages in no path": ("provider.yaml", "kind: cursor\n    parameter: after\n    row: id", "kind: page\n    parameter: page\n    pages: a..b", [
        "provider.yaml:16:12: expected names with dots between, as `error.message`, found `a..b` (paging.pages.pages)",
    ]),
    "a count of pages in two places": (
        "provider.yaml", "kind: cursor\n    parameter: after\n    row: id", "kind: page\n    parameter: page\n    pages: n\n    pages_header: link", [
            "provider.yaml:17:5: the number of pages stands in the body (`pages`) or in a header, not in both (paging.pages.pages_header)",
        ]),
    "a page size below the default": ("provider.yaml", "maximum: 50", "maximum: 5, default: 20", [
        "provider.yaml:17:44: the maximum is at least 1 and at least the default (paging.pages.page_size.maximum)",
    ]),
    "limits": ("provider.yaml", "paging:\n", ("max_in_flight: 0\nretry: {attempts: 0, base_s: 9, statuses: [200]}\n"
               "rate_limits: [{requests: 1, per_s: 0}]\npaging:\n"), [
        "provider.yaml:12:16: at least one request must be allowed (max_in_flight)",
        "provider.yaml:13:19: a request is sent at least once (retry.attempts)",
        "provider.yaml:13:44: 200 is not an HTTP status of an error (retry.statuses[0])",
        "provider.yaml:14:15: a rate limit is at least one request in more than zero seconds (rate_limits[0])",
    ]),
    "rows within one record": ("animals.yaml", "        absent: {message: no lion}", "        inner: cubs", [
        "animals.yaml:18:9: only a list that answers to `select`, and says where its `rows` are, has others in these (resources.lions.methods.get_lion.inner)",
    ]),
    "a text in no column": ("animals.yaml", "        absent: {message: no lion}", "        content: roar", [
        "animals.yaml:18:18: there is no column `roar` (resources.lions.methods.get_lion.content)",
    ]),
    "a secret in no column": ("animals.yaml", "        absent: {message: no lion}", "        secret: [roar.loud]", [
        "animals.yaml:18:9: only the one row that answers a write has what is not kept (resources.lions.methods.get_lion.secret)",
        "animals.yaml:18:18: there is no column `roar` (resources.lions.methods.get_lion.secret[0])",
    ]),
    "a text that has rows": ("animals.yaml", "        absent: {message: no lion}", "        content: id\n        rows: data", [
        "animals.yaml:18:9: a file is one row, without `rows` or `paging` (resources.lions.methods.get_lion.content)",
    ]),
    "files where there are none": (
        "animals.yaml", "meat: {type: string,", "meat: {type: blob,", [
            "animals.yaml:34:24: only a body with `encoding: multipart` or `raw` holds files (resources.lions.methods.feed.body.meat.type)",
        ]),
    "XML without a root": ("animals.yaml", _FED, "        encoding: xml\n        body:\n          meat: {type: string, required: true, description: Which.}", [
        "animals.yaml:33:19: a body of XML has a `root`, which says what its root element is called (resources.lions.methods.feed.encoding)",
    ]),
    "a root of JSON": ("animals.yaml", _FED, "        root: Meal\n        body:\n          meat: {type: string, required: true, description: Which.}", [
        "animals.yaml:33:9: only a body with `encoding: xml` has a root element (resources.lions.methods.feed.root)",
    ]),
    "a root that no element is called": ("animals.yaml", _FED, "        encoding: xml\n        root: a meal\n        body:\n          meat: {type: string, required: true, description: Which.}", [
        "animals.yaml:34:15: this is no name of an element (resources.lions.methods.feed.root)",
    ]),
    "XML within": ("animals.yaml", _FED, "        encoding: xml\n        root: Meal\n        within: meal\n        body:\n          meat: {type: string, required: true, description: Which.}", [
        "animals.yaml:33:19: `within` and `default_body` are of bodies of JSON (resources.lions.methods.feed.encoding)",
    ]),
    "names that no element has": ("animals.yaml", _FED, "        encoding: xml\n        root: Meal\n        body:\n          meat: {type: string, name: '-a b', required: true, description: Which.}", [
        "animals.yaml:36:38: this is no name of an element, no `-` with that of an attribute and no path of such names (resources.lions.methods.feed.body.meat.name)",
    ]),
    "an attribute of several values": ("animals.yaml", _FED, "        encoding: xml\n        root: Meal\n        body:\n          meat: {type: [string], name: '-meat', required: true, description: Which.}", [
        "animals.yaml:36:40: what is an attribute, or a text beside others, is one value (resources.lions.methods.feed.body.meat.name)",
    ]),
    "two at one place": ("animals.yaml", _FED, "        encoding: xml\n        root: Meal\n        body:\n          meat: {type: string, name: A.B, required: true, description: Which.}\n          bone: {type: string, name: A, description: Which.}", [
        "animals.yaml:37:38: `A` is at that place already (resources.lions.methods.feed.body.bone.name)",
    ]),
    "two at one place within": ("animals.yaml", _FED, "        encoding: xml\n        root: Meal\n        body:\n          meat: {type: [{a: string, b: string}], fields: {a: {type: string, name: x, description: A.}, b: {type: string, name: x, description: B.}}, required: true, description: Which.}", [
        "animals.yaml:36:128: `a` is at that place already (resources.lions.methods.feed.body.meat.fields.b.name)",
    ]),
    "more than all of a body": ("animals.yaml", _FED, "        body:\n          meat: {type: string, name: $, required: true, description: Which.}\n          bone: {type: string, description: Which.}", [
        "animals.yaml:33:9: what is called `$` is all of the body, and has nothing beside it (resources.lions.methods.feed.body)",
    ]),
    "all of a form": ("animals.yaml", _FED, "        encoding: urlencoded\n        body:\n          meat: {type: string, name: $, required: true, description: Which.}", [
        "animals.yaml:35:38: only a body of JSON is of one attribute, called `$` (resources.lions.methods.feed.body.meat.name)",
    ]),
    "a template for XML": ("animals.yaml", _FED, '        body_transform: {kind: xml, template: "x"}\n        body:\n          meat: {type: string, required: true, description: Which.}', [
        "animals.yaml:33:9: a template makes what is sent of `json` or `text` (resources.lions.methods.feed.body_transform)",
    ]),
    "a template for a form in parts": ("animals.yaml", _FED, '        body_transform: {kind: json, template: "x"}\n        encoding: multipart\n        body:\n          meat: {type: string, required: true, description: Which.}', [
        "animals.yaml:33:9: no template makes a form in parts, or what has a file in it (resources.lions.methods.feed.body_transform)",
    ]),
    "a raw body of a number": ("animals.yaml", _FED, "        encoding: raw\n        body:\n          meat: {type: integer, required: true, description: Which.}", [
        "animals.yaml:35:24: a body with `encoding: raw` is one `blob` or `string` (resources.lions.methods.feed.body.meat.type)",
    ]),
    "a raw body of nothing": ("animals.yaml", _FED, "        encoding: raw", [
        "animals.yaml:33:19: a body with `encoding: raw` is one `blob` or `string` (resources.lions.methods.feed.encoding)",
    ]),
    "lines of no list": ("animals.yaml", _FED, "        encoding: jsonl\n        body:\n          meat: {type: string, required: true, description: Which.}", [
        "animals.yaml:35:24: a body with `encoding: jsonl` is one list (resources.lions.methods.feed.body.meat.type)",
    ]),
    "names of several files": ("animals.yaml", _FED, "        encoding: multipart\n        body:\n          meat: {type: [blob], required: true, description: Which.}\n          called: {type: string, filename_of: meat, description: How.}", [
        "animals.yaml:36:34: the names of several files are `[string]` (resources.lions.methods.feed.body.called.filename_of)",
    ]),
    "lines that are no rows": ("animals.yaml", _FED, "        transform: {kind: jsonl}\n        body:\n          meat: {type: string, required: true, description: Which.}", [
        "animals.yaml:33:9: lines of JSON are an array: `jsonl` goes with `rows: $` (resources.lions.methods.feed.transform)",
    ]),
    "a file in JSON": ("animals.yaml", "id: {type: string", "id: {type: blob", [
        "animals.yaml:9:18: only the column that `content` of a method names is a `blob`; JSON holds no files (resources.lions.columns.id.type)",
    ]),
    "a file within": ("animals.yaml", "colours: [string]", "colours: [blob]", [
        "animals.yaml:10:47: a `blob` is a column or an attribute by itself, and no part of one (resources.lions.columns.mane.type[0].colours)",
    ]),
    "the name of no file": ("animals.yaml", "meat: {type: string,", "meat: {type: string, filename_of: mea,", [
        "animals.yaml:34:45: there is no attribute `mea` of type `blob` beside it (resources.lions.methods.feed.body.meat.filename_of)",
    ]),
    "a column around no rows": ("animals.yaml", "nullable: false, description: The id.", "nullable: false, outer: true, description: The id.", [
        "animals.yaml:12:7: the column `id` is `outer`, and the rows of this method are within no record (resources.lions.methods.get_lion)",
        "animals.yaml:19:7: the column `id` is `outer`, and the rows of this method are within no record (resources.lions.methods.list_lions)",
    ]),
    "auth of a service": ("animals.yaml", "title: Animals", "title: Animals\nauth: {Key: {kind: bearer}, own: {kind: query}}", [
        "animals.yaml:3:8: `Key` is no name for a auth scheme: use small letters, digits and _ (auth.Key)",
        "animals.yaml:3:34: a scheme of kind `query` needs `name` (auth.own)",
    ]),
    "limits of a service": ("animals.yaml", "title: Animals", "title: Animals\nrate_limits: [{requests: 1, per_s: 1}, {requests: 0, per_s: 1}]", [
        "animals.yaml:3:40: a rate limit is at least one request in more than zero seconds (rate_limits[1])",
    ]),
    "limits of a resource": ("animals.yaml", "  lions:\n", "  lions:\n    rate_limits: [{requests: 1, per_s: -1}]\n", [
        "animals.yaml:6:19: a rate limit is at least one request in more than zero seconds (resources.lions.rate_limits[0])",
    ]),
    "waits": ("provider.yaml", "paging:\n", "retry: {base_s: 9}\npaging:\n", [
        "provider.yaml:12:8: waits are at least 0 seconds, and `max_s` is at least `base_s` (retry)",
    ]),
    "a dotted path": ("animals.yaml", "rows: data", "rows: data..items", [
        ("animals.yaml:25:15: expected names with dots between, as `error.message`, found `data..items` "
        "(resources.lions.methods.list_lions.rows)"),
    ]),
    "a day": ("animals.yaml", "title: Animals", "title: Animals\nlifecycle: {sunset: 2026-W35-3}", [
        "animals.yaml:3:21: expected a day as YYYY-MM-DD, found `2026-W35-3` (lifecycle.sunset)",
    ]),
    "a description without period": ("animals.yaml", "description: One lion.", "description: One lion", [
        "animals.yaml:6:18: a description ends in a period (resources.lions.description)",
    ]),
    "a resource's name": ("animals.yaml", "  lions:", "  Lions!:", [
        "animals.yaml:5:3: `Lions!` is no name for a resource: use small letters, digits and _ (resources.Lions!)",
    ]),
    "a column's name": ("animals.yaml", "      mane: {", "      ma-ne: {", [
        "animals.yaml:10:7: `ma-ne` is no name for a column: use letters, digits and _ (resources.lions.columns.ma-ne)",
    ]),
    "columns that differ in case": ("animals.yaml", "      mane: {", "      ID: {", [
        "animals.yaml:10:7: `ID` and `id` differ in case alone, which SQL does not see (resources.lions.columns.ID)",
    ]),
    "a source within another column": ("animals.yaml", "      mane: {", "      other: {source: id.name, type: json, description: Other.}\n      mane: {", [
        "animals.yaml:10:7: `id.name` cannot be read beside what column `id` is read from (resources.lions.columns.other)",
    ]),
    "a source of two types": ("animals.yaml", "      mane: {", "      other: {source: id, type: json, description: Other.}\n      mane: {", [
        "animals.yaml:10:7: `id` cannot be read beside what column `id` is read from (resources.lions.columns.other)",
    ]),
    "sources that differ in case": ("animals.yaml", "      mane: {", "      a: {source: X.a, type: json, description: A.}\n      b: {source: x.b, type: json, description: B.}\n      mane: {", [
        "animals.yaml:11:7: `x.b` cannot be read beside what column `a` is read from (resources.lions.columns.b)",
    ]),
    "a reserved column": ("animals.yaml", "      mane: {", "      _extra: {", [
        "animals.yaml:10:7: `_extra` is the column of what a manifest does not name (resources.lions.columns._extra)",
    ]),
    "an attribute with prefix": ("animals.yaml", "meat: {", "data__meat: {", [
        "animals.yaml:34:11: `data__` is what SQL may put before the name of an attribute (resources.lions.methods.feed.body.data__meat)",
    ]),
    "no columns": ("animals.yaml", """      id: {type: string, nullable: false, description: The id.}
      mane: {type: [{length: number, colours: [string]}], description: The mane.}
""", "      {}\n", [
        "animals.yaml:9:7: a resource has at least one of its columns (resources.lions.columns)",
    ]),
    "the request line": ("animals.yaml", "http: GET /lions\n", "http: get lions\n", [
        ("animals.yaml:21:15: expected an HTTP method and a path below the base URL, as `GET /things/{thing_id}` "
        "(resources.lions.methods.list_lions.http)"),
    ]),
    "a value in the query of a path": ("animals.yaml", "http: GET /lions\n", 'http: "GET /lions?all={all}"\n', [
        ("animals.yaml:21:15: expected an HTTP method and a path below the base URL, as `GET /things/{thing_id}` "
        "(resources.lions.methods.list_lions.http)"),
    ]),
    "an open brace": ("animals.yaml", "http: GET /lions\n", 'http: "GET /lions/{x"\n', [
        ("animals.yaml:21:15: expected an HTTP method and a path below the base URL, as `GET /things/{thing_id}` "
        "(resources.lions.methods.list_lions.http)"),
    ]),
    "a placeholder without parameter": ("animals.yaml", "GET /lions/{lion_id}", "GET /lions/{lion}", [
        "animals.yaml:14:15: `{lion}` has no parameter with `in: path`; did you mean `lion_id`? (resources.lions.methods.get_lion.http)",
        "animals.yaml:17:11: `{lion_id}` does not stand in the path /lions/{lion} (resources.lions.methods.get_lion.parameters.lion_id)",
    ]),
    "a placeholder twice": ("animals.yaml", "GET /lions/{lion_id}", "GET /{lion_id}/{lion_id}", [
        "animals.yaml:14:15: `{lion_id}` stands in the path 2 times (resources.lions.methods.get_lion.http)",
    ]),
    "a path parameter of another name": ("animals.yaml", "lion_id: {in: path, column: id, description: The lion.}\n        absent",
                                         "lion_id: {in: path, name: lion, description: The lion.}\n        absent", [
        ("animals.yaml:17:37: a path parameter is called what its placeholder is called "
        "(resources.lions.methods.get_lion.parameters.lion_id.name)"),
    ]),
    "a filter on no column": ("animals.yaml", "lion_id: {in: path, column: id, description: The lion.}\n        absent",
                              "lion_id: {in: path, column: man, description: The lion.}\n        absent", [
        "animals.yaml:17:39: there is no column `man`; did you mean `mane`? (resources.lions.methods.get_lion.parameters.lion_id.column)",
    ]),
    "a version in no column": ("animals.yaml", "    methods:\n      get_lion", "    version: idd\n    methods:\n      get_lion", [
        "animals.yaml:11:14: there is no column `idd`; did you mean `id`? (resources.lions.version)",
    ]),
    "a version of parts": ("animals.yaml", "    methods:\n      get_lion", "    version: mane\n    methods:\n      get_lion", [
        "animals.yaml:11:14: a version is a text or a number, and the column `mane` is neither (resources.lions.version)",
    ]),
    "a filter with a role": ("animals.yaml", "role: page_size", "role: page_size, column: id", [
        ("animals.yaml:24:96: a parameter with `role: page_size` is no filter and equals no column "
        "(resources.lions.methods.list_lions.parameters.limit.column)"),
    ]),
    "a default of another type": ("animals.yaml", "default: 10", "default: ten", [
        "animals.yaml:24:54: the default is not of type `integer` (resources.lions.methods.list_lions.parameters.limit.default)",
    ]),
    "a default outside its set": ("animals.yaml", "default: 10", "default: 10, enum: [20]", [
        "animals.yaml:24:54: the default is none of 20 (resources.lions.methods.list_lions.parameters.limit.default)",
    ]),
    "bounds that cross": ("animals.yaml", "default: 10", "minimum: 60", [
        "animals.yaml:24:54: the minimum is above the maximum (resources.lions.methods.list_lions.parameters.limit.minimum)",
    ]),
    "a parameter that is no text": ("animals.yaml", "type: integer, default: 10", "type: map", [
        ("animals.yaml:24:36: a parameter is text in the request; `map` is for bodies "
        "(resources.lions.methods.list_lions.parameters.limit.type)"),
    ]),
    "a SELECT that writes": ("animals.yaml", "http: GET /lions\n", "http: POST /lions\n", [
        "animals.yaml:21:15: a SELECT changes nothing: use GET, or say `reads: true` (resources.lions.methods.list_lions.http)",
    ]),
    "an INSERT that reads": ("animals.yaml", "verb: exec", "verb: insert\n        reads: true", [
        "animals.yaml:30:15: INSERT is for methods that change something (resources.lions.methods.feed.http)",
    ]),
    "a REPLACE that reads": ("animals.yaml", "verb: exec", "verb: replace\n        reads: true", [
        "animals.yaml:30:15: REPLACE is for methods that change something (resources.lions.methods.feed.http)",
    ]),
    "a GET with a body": ("animals.yaml", "POST /lions/", "GET /lions/", [
        "animals.yaml:33:9: a GET has no body (resources.lions.methods.feed.body)",
    ]),
    "limits that hold of nothing": ("animals.yaml", "meat: {type: string,", "meat: {max_key_length: 3, max_items: 4, type: string,", [
        "animals.yaml:34:34: only a map has keys to count the characters of (resources.lions.methods.feed.body.meat.max_key_length)",
        "animals.yaml:34:48: only a list or a map has items to count (resources.lions.methods.feed.body.meat.max_items)",
    ]),
    "the fewest items of what has none": ("animals.yaml", "meat: {type: string,", "meat: {min_items: 4, type: string,", [
        "animals.yaml:34:29: only a list has items to count (resources.lions.methods.feed.body.meat.min_items)",
    ]),
    "fewer items than must be": ("animals.yaml", "meat: {type: string,", "meat: {min_items: 4, max_items: 3, type: [string],", [
        "animals.yaml:34:29: `min_items` is above `max_items` (resources.lions.methods.feed.body.meat.min_items)",
    ]),
    "an open text": ("animals.yaml", "meat: {type: string,", "meat: {open: true, type: string,", [
        ("animals.yaml:34:18: only an object with fields is open or closed; `json` without fields may be anything "
        "(resources.lions.methods.feed.body.meat.open)"),
    ]),
    "a choice of what there is not": ("animals.yaml", "meat: {type: string,", "meat: {one_of: [a, c], type: {a: string, b: string},", [
        "animals.yaml:34:30: there is no field `c` (resources.lions.methods.feed.body.meat.one_of[1])",
    ]),
    "no choice": (
        "animals.yaml",
        "meat: {type: string,",
        "meat: {one_of: [a], fields: {a: {type: string, required: true, description: A.}}, type: {a: string, b: string},",
        [
            "animals.yaml:34:18: a choice is among two fields at least (resources.lions.methods.feed.body.meat.one_of)",
            "animals.yaml:34:27: `a` is required, and leaves no choice (resources.lions.methods.feed.body.meat.one_of[0])",
        ],
    ),
    "characters of a list": ("animals.yaml", "meat: {type: string,", "meat: {max_items: 4, max_length: 3, type: [string],", [
        "animals.yaml:34:44: only a string or a map has characters to count (resources.lions.methods.feed.body.meat.max_length)",
    ]),
    "kinds of a text": ("animals.yaml", "meat: {type: string,", "meat: {kinds: [number], type: string,", [
        "animals.yaml:34:18: only `json` is of several kinds; another type says what it is (resources.lions.methods.feed.body.meat.kinds)",
    ]),
    "fields of a text": ("animals.yaml", "meat: {type: string,", "meat: {fields: {a: {type: string, description: A.}}, type: string,", [
        "animals.yaml:34:18: only an object has fields, and a list of objects (resources.lions.methods.feed.body.meat.fields)",
    ]),
    "fields of a JSON text": ("animals.yaml", "meat: {type: string,", "meat: {type: json, kinds: [string], fields: {a: {type: json, description: A.}},", [
        "animals.yaml:34:47: only an object has fields, and a list of objects (resources.lions.methods.feed.body.meat.fields)",
    ]),
    "fields that a type has not": (
        "animals.yaml", "meat: {type: string,", "meat: {type: [{cut: string}], fields: {cuts: {type: string, description: A.}, cut: {type: json, description: A.}},", [
            "animals.yaml:34:50: the type has no field `cuts`; did you mean `cut`? (resources.lions.methods.feed.body.meat.fields.cuts)",
            "animals.yaml:34:101: `cut` is string in the type around it (resources.lions.methods.feed.body.meat.fields.cut.type)",
        ]),
    "what is required beside others": (
        "animals.yaml", "meat: {type: string,",
        "meat: {type: json, fields: {a: {type: string, enum: [x], description: A.}, b: {type: string, required_if: {a: y, c: z}, description: B.}},", [
            "animals.yaml:34:121: `a` is never `y`; it is x (resources.lions.methods.feed.body.meat.fields.b.required_if.a)",
            "animals.yaml:34:124: there is no `c` beside it (resources.lions.methods.feed.body.meat.fields.b.required_if.c)",
        ]),
    "fields within themselves": ("animals.yaml", "meat: {type: string,", "meat: {type: json, fields: {a: &a {type: json, fields: {b: *a}, description: A.}},", [
        "animals.yaml:34:42: an alias stands inside what it names (resources.lions.methods.feed.body.meat.fields.a.fields.b)",
    ]),
    "an expression": ("animals.yaml", "message: no lion", "message: 'no ('", [
        ("animals.yaml:18:27: this is not a regular expression: missing ), unterminated subpattern at position 3 "
        "(resources.lions.methods.get_lion.absent.message)"),
    ]),
    "rows that may be absent from an EXEC": ("animals.yaml", "aliases: [nourish]", "absent: {message: no lion}", [
        "animals.yaml:35:9: only a SELECT can have no rows; elsewhere a missing row is an error (resources.lions.methods.feed.absent)",
    ]),
    "paging that there is not": ("animals.yaml", "paging: pages", "paging: page", [
        "animals.yaml:26:17: the provider has no paging `page`; did you mean `pages`? (resources.lions.methods.list_lions.paging)",
    ]),
    "paging without rows": ("animals.yaml", "        rows: data\n", "", [
        "animals.yaml:25:17: a method that is paged says where its `rows` are (resources.lions.methods.list_lions.paging)",
    ]),
    "an empty list of one row": ("animals.yaml", "        rows: data\n        paging: pages\n", "        empty_with: [kind]\n", [
        "animals.yaml:25:9: what is one row leaves out no list: `empty_with` goes with `rows` (resources.lions.methods.list_lions.empty_with)",
    ]),
    "an empty list with its rows": ("animals.yaml", "rows: data\n", "rows: data\n        empty_with: [data]\n", [
        "animals.yaml:26:9: a response that has its rows leaves no list out (resources.lions.methods.list_lions.empty_with)",
    ]),
    "an alias that is taken": ("animals.yaml", "[nourish]", "[get_lion]", [
        "animals.yaml:35:19: another method of the resource is called `get_lion` (resources.lions.methods.feed.aliases[0])",
    ]),
    "a description of an optional header": ("provider.yaml", "paging:\n", "optional_headers: {X-Who: {description: Who}}\npaging:\n", [
        "provider.yaml:12:41: a description ends in a period (optional_headers.X-Who.description)",
    ]),
    "where an error has its message": ("provider.yaml", "paging:\n", "errors: {message: [error..text]}\npaging:\n", [
        "provider.yaml:12:20: expected names with dots between, as `error.message`, found `error..text` (errors.message[0])",
    ]),
    "where a row has a column": ("animals.yaml", "nullable: false", "source: a..b", [
        "animals.yaml:9:34: expected names with dots between, as `error.message`, found `a..b` (resources.lions.columns.id.source)",
    ]),
    "a field without name": ("animals.yaml", "colours: [string]", "'': string", [
        "animals.yaml:10:38: a field has a name (resources.lions.columns.mane.type[0].)",
    ]),
    "a default that is a list": ("animals.yaml", "default: 10", "default: [10]", [
        "animals.yaml:24:54: expected a single value, found a list (resources.lions.methods.list_lions.parameters.limit.default)",
    ]),
    "a sunset that is no day": ("animals.yaml", "title: Animals", "title: Animals\nlifecycle: {sunset: soon}", [
        "animals.yaml:3:21: expected a day as YYYY-MM-DD, found `soon` (lifecycle.sunset)",
    ]),
    "nothing but what is at fault": ("animals.yaml", "        http: POST /lions/{lion_id}/meals\n", "", [
        "animals.yaml:28:9: missing key `http` (resources.lions.methods.feed.http)",
    ]),
    "the kind of a scheme": ("provider.yaml", "kind: header", "kind: heder", [
        ("provider.yaml:10:15: expected `bearer`, `header`, `query`, `basic`, `oauth2`, `google`, `azure`, `aws` or `none`, found `heder`; "
         "did you mean `header`? (auth.key.kind)"),
    ]),
    "the kind of paging": ("provider.yaml", "kind: cursor", "kind: cursors", [
        ("provider.yaml:14:11: expected `cursor`, `token`, `link`, `next_url`, `page`, `offset` or `found`, found `cursors`; "
         "did you mean `cursor`? (paging.pages.kind)"),
    ]),
    "no YAML": ("animals.yaml", "title: Animals", "title: [Animals", [
        "animals.yaml:3:12: this is not YAML: did not find expected ',' or ']'",
    ]),
    "two documents": ("animals.yaml", "title: Animals", "title: Animals\n---", [
        "animals.yaml:3:1: this is not YAML: but found another document",
    ]),
}  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "expected"), CASES.values(), ids=CASES)
def test_a_fault_is_shown_where_it_is(folder: Path, file: str, old: str, new: str, expected: list[str]) -> None:
    """Each mistake is reported once, at its line and column, with what would be right."""
    replaced(folder, file, old, new)

    assert shown(folder) == expected


def test_all_faults_of_all_files_are_reported_at_once(folder: Path) -> None:
    """One mistake does not hide another, in the same file or the next."""
    replaced(folder, "provider.yaml", "title: Zoo", "titel: Zoo")
    replaced(folder, "animals.yaml", "verb: exec", "verb: run")
    replaced(folder, "animals.yaml", "GET /lions/{lion_id}", "GET /lions/{lion}")

    with pytest.raises(ManifestError) as caught:
        load_provider(folder)

    places = [(Path(fault.file).name, fault.line) for fault in caught.value.faults]
    assert places == [("provider.yaml", 1), ("provider.yaml", 3), ("animals.yaml", 14), ("animals.yaml", 17), ("animals.yaml", 28)]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "the file is empty"),
        (b"- a\n", "expected a mapping of keys, found a list"),
        (b"\xff\xfe", "the file is not UTF-8 text (invalid start byte at byte 0)"),
        (b"title: \x01\n", "this is not YAML: the character U+0001 is not allowed"),
        (b"title: " + b"[" * 200_000, "objects are nested too deep in it"),
    ],
    ids=["empty", "list", "encoding", "control character", "depth"],
)
def test_a_file_that_is_no_manifest_at_all_is_one_fault(folder: Path, content: bytes, expected: str) -> None:
    """What cannot be read as keys says so, and nothing else."""
    (folder / "animals.yaml").write_bytes(content)

    assert [fault.message for fault in check(folder)] == [expected]


def test_a_byte_order_mark_is_no_fault(folder: Path) -> None:
    """Some editors write one."""
    (folder / "animals.yaml").write_text(SERVICE, encoding="utf-8-sig")

    assert shown(folder) == []


def test_a_folder_is_read_again_when_a_file_of_it_has_changed(folder: Path) -> None:
    """And only then, since every session asks; a fault that was mended is none, and a file that came or went counts."""
    first = load_provider(folder)
    assert load_provider(folder) is first

    (folder / "provider.yaml").write_text(PROVIDER.replace("title: Zoo", "title: Ark"))
    assert load_provider(folder).title == "Ark"

    service = next(folder.glob("[!p]*.yaml"))
    text = service.read_text()
    service.write_text(text + "nonsense: 1\n")
    with pytest.raises(ManifestError):
        load_provider(folder)
    service.write_text(text)
    assert load_provider(folder).services.keys() == {service.stem}
    service.unlink()
    assert load_provider(folder).services == {}
    service.symlink_to(folder / "gone.yaml")
    with pytest.raises(UsageError, match="cannot be read"):
        load_provider(folder)


def test_one_file_can_be_checked_by_itself(folder: Path) -> None:
    """A service file is checked against the provider beside it, and only its own faults are told."""
    replaced(folder, "provider.yaml", "title: Zoo", "titel: Zoo")
    replaced(folder, "animals.yaml", "paging: pages", "paging: page")

    assert [fault.path for fault in check(folder / "animals.yaml")] == ["resources.lions.methods.list_lions.paging"]
    assert [fault.path for fault in check(folder / "provider.yaml")] == ["title", "titel"]


def test_a_service_file_without_provider_can_be_checked(folder: Path) -> None:
    """Ways of paging are taken as they are where nothing says which there are."""
    (folder / "provider.yaml").unlink()

    assert check(folder / "animals.yaml") == ()


def test_a_provider_that_cannot_be_read_is_one_fault(folder: Path) -> None:
    """Its services are not blamed for what it would have said."""
    replaced(folder, "provider.yaml", "title: Zoo", "title: [Zoo")

    assert len(check(folder)) == 1


def test_what_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    """A path that leads nowhere, and a folder without a provider, are no faults of a manifest."""
    with pytest.raises(UsageError, match="There is no file or folder"):
        check(tmp_path / "nowhere")
    with pytest.raises(UsageError, match=r"There is no provider\.yaml in"):
        load_provider(tmp_path)
