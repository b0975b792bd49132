"""The reference page of the manifest language: hand-written prose, then every key from the records that check it."""

from __future__ import annotations

import dataclasses
import types
import typing
from enum import StrEnum
from typing import Any

from rowcall.manifest.document import keys_of
from rowcall.manifest.model import Part, Provider, Service, Type
from rowcall.manifest.published import Published

NOT_KEYS = frozenset({"services", "keyed", "select"})
"""Fields of records that are not keys of a file."""

_OPENING = """\
<!-- Made by `python -m rowcall.manifest.schema` from src/rowcall/manifest; change it there. -->

# Provider manifests

Everything that rowcall knows of an API is in its manifest: YAML, and no code. A provider is a folder with a `provider.yaml` (where
it is, how to authenticate, how it pages) and one file for each service, named after the service, with its resources. A resource is a
table: its columns are what a row has, its methods are what statements call. A service that is long may have further files, as
`lending.fines.yaml`, with more resources of it; what its `awaits` ask is in the same file.

`rowcall provider check FOLDER` reports everything that is wrong with a manifest, each fault with its file, line and column.
`provider/manifest.schema.json` describes the same keys as a JSON Schema; editors that understand the line
`# yaml-language-server: $schema=…` complete and check by it.

## A complete example

A fictitious library, in two files. `provider.yaml`:

```yaml manifest
manifest: 1
provider: library
title: City Library
description: The catalogue and the loans of a city library.
source: https://library.example/api

base_url: https://{branch}.library.example/v2
variables:
  branch:
    description: The branch, as in its web address.
    default: main
    env: [LIBRARY_BRANCH]

auth:
  key:
    kind: header
    name: X-Library-Key
    env: [LIBRARY_KEY]

paging:
  token:
    kind: token
    parameter: page_token
    next: next_page_token
    page_size: {parameter: page_size, maximum: 200, default: 25}
```

and `lending.yaml` beside it:

```yaml manifest
service: lending
title: Lending
description: What is lent to whom.

resources:
  loans:
    description: One book in one reader's hands.
    source: https://library.example/api/loans
    columns:
      id: {type: string, nullable: false, description: "The loan's id."}
      reader_id: {type: string, nullable: false, description: Who has the book.}
      due_at: {type: integer, description: "When it is due, in Unix seconds."}
      status: {type: string, enum: [lent, returned, lost], description: Where the book is.}
      book: {type: {isbn: string, title: string, authors: [string]}, description: What was lent.}
      labels: {type: map, description: "The librarian's own names and values."}
    methods:
      get_loan:
        verb: select
        http: GET /loans/{loan_id}
        description: Gets one loan.
        parameters:
          # `WHERE id = '…'` binds it, because the two are equal in every row.
          loan_id: {in: path, column: id, description: The loan.}
        absent: {message: loan .* does not exist}
      list_loans:
        verb: select
        http: GET /loans
        description: Lists the loans of a reader.
        parameters:
          reader_id: {in: query, required: true, description: The reader.}
          status: {in: query, enum: [lent, returned, lost], description: Only loans of this status.}
          page_size: {in: query, type: integer, minimum: 1, maximum: 200, role: page_size, description: How many rows a page has.}
        rows: loans
        paging: token
      lend:
        verb: insert
        http: POST /loans
        description: Lends a book to a reader.
        body:
          reader_id: {type: string, required: true, description: The reader.}
          isbn: {type: string, required: true, description: The book.}
          labels: {type: map, nullable: true, description: "The librarian's own names and values."}
      renew:
        verb: exec
        http: POST /loans/{loan_id}/renewal
        description: Renews a loan.
        parameters:
          loan_id: {in: path, column: id, description: The loan.}
    examples:
      - sql: SELECT book.title, due_at FROM library.lending.loans WHERE reader_id = 'r-17' AND status = 'lent'
        description: What a reader has at home.
      - sql: EXEC library.lending.loans.renew @loan_id = 'l-4711'
        description: Renews a loan.
```

With it, `SELECT … FROM library.lending.loans WHERE reader_id = 'r-17' AND status = 'lent'` sends
`GET /loans?reader_id=r-17&status=lent&page_size=200`, and follows `next_page_token` to the last page.

## Types

| in YAML | what the API sends | in DuckDB |
|---|---|---|
| `string` | text | `VARCHAR` |
| `integer` | whole numbers of up to 64 bits | `BIGINT` |
| `number` | numbers | `DOUBLE` |
| `boolean` | true and false | `BOOLEAN` |
| `json` | anything; for what is now a string and now an object | `JSON` |
| `map` | an object with names of any kind and text values | `MAP(VARCHAR, VARCHAR)` |
| `blob` | a file: the whole of a response (`content`), a part of a body with `encoding: multipart`, or all of one with `raw` | `BLOB` |
| `[T]` | an array of `T` | `T[]` |
| `{field: T, …}` | an object with these fields; others are left out | `STRUCT("field" T, …)` |

Types nest: `[{name: string, tags: [string]}]`. A time keeps the API's form, as `integer` Unix seconds or as `string`.

## Text, numbers and booleans

What stands where text is wanted is text: `no`, `on`, `2026-08-26` and `0123` need no quotes. Booleans are `true` and `false` alone.
A duplicate key is a fault. An alias (`*name`) may stand for a whole value; merge keys (`<<`) are not part of the language.
Dotted paths, such as `error.message`, lead through nested objects.

## Names

Providers, services, resources and methods are called by small letters, digits and `_`. Columns, parameters and attributes may have
capitals too, but two names that differ in case alone are a fault, since SQL does not tell them apart. `_extra` is the column of what
the API sends and the manifest does not name.

## Authentication

`auth` names the ways in which requests say whose they are. Values are never in a manifest: they come from the variables that a scheme
names, or from [settings](python.md#keys).

| `kind` | may have besides `env` and `optional` | what `env` holds |
|---|---|---|
| `bearer` | `prefix` | a token |
| `header`, `query` | **`name`**, and `prefix` for a header | the key |
| `basic` | `password_env` | `user:password`, or the user |
| `oauth2` | **`token_url`**, `id_env`, `scopes`, `values`, `client_auth` | the client's secret |
| `google` | `scopes`, `subject` | a service account's key, or its file; what Google's library finds, where nothing is set |
| `azure` | **`scopes`** | a token; where nothing is set, one is got for whom Microsoft's library finds |
| `aws` | `id_env`, `region`, `service` | the secret access key; what AWS's library finds, where nothing is set |
| `none` | | |

What is bold is needed. [What tokens and signatures are, and what each needs](python.md#tokens-and-signatures), is said with the settings.
A part of a manifest whose clients get tokens:

```yaml
variables:
  tenant: {description: "The library's name, as in its web address.", env: [LIBRARY_TENANT]}
auth:
  client:
    kind: oauth2
    token_url: https://{tenant}.library.example/oauth2/token
    scopes: [loans.read]
    id_env: [LIBRARY_CLIENT_ID]
    env: [LIBRARY_CLIENT_SECRET]
```

## Paging

| `kind` | needs | the next page | the last page |
|---|---|---|---|
| `cursor` | `parameter`, and `next` or `row` | `parameter` is the last row's id, from `next` or the row's `row` | no cursor |
| `token` | `parameter`, `next` | `parameter` is what `next` holds | no token |
| `link` | | the URL with `rel="next"` in the Link header, or in `next_header` | no such link |
| `next_url` | `next` | the URL at `next` | no URL |
| `page` | `parameter` | `parameter` is one more | no rows, all of `total`, or as many pages as `pages` or `pages_header` say |
| `offset` | `parameter` | `parameter` is more by the rows that came | no rows, or all of `total` |

With every kind, `more: false` ends the paging. What does not end it:

- **A page with fewer rows than were asked for.** The server may cap its pages below the `maximum` of the manifest. For the kinds that
  count, the next page begins after the rows that came, and page numbers go on in that size. Where a page turns out to begin with rows of
  the one before it, the server leaves rows out of pages that it cut before, and the page is asked for again, after the rows that were
  asked for; a page of one row is asked for first where a cap that became lower could explain it too, and that is an error. `more`,
  `total` or `pages` save requests at the end of such a list: without them, the kind `page` has to ask twice.
- **A page without rows that leads on**, by a cursor, or for the kinds that count by `more` or `pages`: a filter may have emptied it. For
  the kinds that count, ten empty pages in a row are an error, and the end where nothing but `pages` speaks for more.
- **A page with rows that is beyond the last one by `pages`.** The list has become longer, or the count is none.

A cursor that comes twice is an error, and so is a page that comes twice where pages are counted, a further page that the API pointed to
and that is not there, and a URL on another host. Where `more` promises rows and no cursor leads to them, and where fewer rows came than
`total` counts or fewer pages than `pages`, the statement warns.

Where the API says how many rows or pages there are, with `total`, `pages` or `pages_header`, further pages are fetched together. GitLab
sends `X-Total-Pages`, Laravel's paginators `last_page`, GitHub a link to the last page:

```yaml
paging:
  gitlab: {kind: page, parameter: page, start: 1, pages_header: x-total-pages, page_size: {parameter: per_page, default: 20, maximum: 100}}
  laravel: {kind: page, parameter: page, start: 1, pages: meta.last_page, page_size: {parameter: per_page}}
  github: {kind: page, parameter: page, start: 1, pages_header: link, page_size: {parameter: per_page, default: 30, maximum: 100}}
```

## What the API filters, sorts and leaves out

What a parameter does to the rows is said once, here; statements then say what they want in SQL, and DuckDB applies every condition
again. Say only what is true of the API for every row: rows that it leaves out are lost, rows too many cost nothing but time.

| in the manifest | what it means | in SQL |
|---|---|---|
| nothing more | a filter: rows whose column equals the value | `status = 'lent'` |
| `exact: false` | the same, and others come too: any case, beginnings, whole days | `title = 'Emma'` |
| `many: {separator: ","}` | several values in one request, any will do; `many: {}` repeats the parameter | `status IN ('lent', 'lost')` |
| `entries: labels` with `name` | entries of a map, sent as `labels[shelf]=3` | `labels['shelf'] = '3'`, `labels.shelf = '3'` |
| `range: {column: due_at, operator: ">="}` | a bound | `due_at > 1785000000`, `to_timestamp(due_at) < '2026-08-26'`, `BETWEEN` |
| `role: order` with `sorts` | the order of rows, by columns that are never null | `ORDER BY due_at DESC LIMIT 5`, `max(due_at)` |
| `role: fields` with `many` | only these fields of a row are sent | `SELECT id, due_at` |
| `role: group` with `many` and `enum` | rows are [divided](#rows-within-records) by those of these that are named | `SELECT branch` |
| `expected_rows` of a method | how many rows a list has, more or less | which of `get_loan` and `list_loans` is asked |

```yaml
status: {in: query, many: {separator: ","}, description: Only loans with one of these statuses.}
label: {in: query, name: labels, entries: labels, description: Only loans with these names and values.}
due_from: {in: query, range: {column: due_at, operator: ">=", form: iso}, description: Only loans that are due at this time or later.}
due_day: {in: query, range: {column: due_at, operator: "<=", form: date}, exact: false, description: Only loans that are due by this day.}
sort:
  in: query
  default: due_at
  role: order
  sorts: {due_at: {ascending: due_at, descending: -due_at}}
  description: What is sorted by.
fields: {in: query, role: fields, many: {separator: ","}, description: The fields to return.}
```

The value of a bound has the form of its column. Where the API wants a time in another form, `form` says so; then an `integer` column
holds Unix seconds, and a `string` column an ISO 8601 time with its offset. A `date` is compared with the UTC day of the column, so that
`<=` keeps the whole of it. Where the order is that of texts, it is that of their bytes. `fields` are asked for by the names of
columns, or what `source` says of them.

## Rows within records

Some lists hold records that hold the rows, as a report of usage has a record for each day, and in it a list of what was used. `inner`
says where that list is, and `outer: true` marks the columns that are read from the record around it. A record whose list is empty gives
no row.

```yaml
columns:
  day: {type: integer, nullable: false, outer: true, description: "When the day begins, in Unix seconds."}
  branch: {type: string, description: The branch; null where rows are not divided by it.}
  loans: {type: integer, nullable: false, description: How many books were lent.}
methods:
  list_days:
    verb: select
    http: GET /statistics
    description: Lists what was lent on each day.
    parameters:
      from: {in: query, type: integer, required: true, range: {column: day, operator: ">="}, description: From this time on.}
      by: {in: query, role: group, many: {separator: ","}, enum: [branch], description: What days are divided by.}
    rows: days
    inner: loans
    paging: token
```

With `role: group`, an API divides rows by the columns that it is told: it is told those that a statement names, so that sums are right
by whatever the statement groups them, and no more rows come than it takes.

## What takes time

Some methods only begin something: their response says that it is queued, and only later is it done. A resource says once how that is
seen, and AWAIT and UNTIL go by it: which method gives one row again (others call that a waiter or a poller), the column that says how
far it is, and the values with which it has ended.

```yaml
awaits: {reader: get_loan, column: status, terminal: [returned, lost], timeout_s: 86400, interval_s: 60, max_interval_s: 600}
```

It holds for each method of the resource whose response is one row with the resource's columns, of which the reader can be asked: each
parameter that it needs is a column of the response (by its name, or what `column` says), or a parameter of the call. A method whose
response is of its own says `awaits` itself, and its reader may be another resource's, as `runs.get_run`. By the same reader it is asked
what became of a call that had no answer, where the call says which row it is about.

## What a body may hold

What an API refuses is known before it is asked, as far as the manifest says it: a statement with such a value is an error before
anything is sent, and the sandbox refuses it as the API does. The type of an attribute says most. For the rest of it, `kinds` says what
`json` may be, and `fields` what an object has in it, or each object of a list, each field being an attribute of its own, with fields of
its own. `required_if` makes a field required beside a value of another: objects of several kinds have one that says which kind it is.

```yaml
note:
  type: json
  kinds: [string, array]
  fields:
    kind: {type: string, required: true, enum: [text, picture], description: What the part is.}
    text: {type: string, required_if: {kind: text}, description: The text of a part that is one.}
    url: {type: string, required_if: {kind: picture}, description: Where the picture of a part is.}
  description: "What the note says: a text, or a list of parts."
copy:
  type: {isbn: string, binding: string}
  fields:
    isbn: {type: string, required: true, description: Which book it is a copy of.}
  description: The copy that is lent.
```

Without `fields`, `json` may hold anything, and what documents do not say is left without. An object with `fields` has no others: a
statement with another name in it is an error that says which is meant. Where an API takes others too (`additionalProperties` of its
documents), `open: true` has them sent as they are. `one_of` names fields of which an object has one, and no two.

```yaml
shelf:
  type: {room: string, new_room: {name: string}}
  open: true
  one_of: [room, new_room]
  description: Where the copy stands, in a room that there is or in a new one.
```

## Files and forms

A body is JSON unless its method says `encoding`: `urlencoded` is what a form of a web page sends, and `multipart` what such a form with
files in it does; the others are [below](#other-bodies). A file is an attribute of type `blob`; in SQL it is a BLOB, as `content` of
`read_blob`, or a text, whose bytes in UTF-8 it is. No text is ever taken for the name of a file to read. What the file is called where it
goes is another attribute, with `filename_of`, and never holds a path.

```yaml
methods:
  add_cover:
    verb: insert
    http: POST /books/{isbn}/covers
    description: Adds a picture of the cover.
    parameters:
      isbn: {in: path, description: The book.}
    encoding: multipart
    body:
      picture: {type: blob, required: true, description: The picture.}
      filename: {type: string, filename_of: picture, description: "What it is called, as emma.png."}
      side: {type: string, enum: [front, back], description: Which side it shows.}
```

In the request, text, numbers and booleans are as they are in URLs. An object is a field for each of its own, `expires_after[seconds]`; a
list is one for each item, all of its name, or where these are objects `items[0][id]`. `name` says what a field is called there, `tags[]`
for instance. A `json` is written by the same rules; where an API wants JSON in a field, its type is `string`. NULL and what is empty are
an empty text.

Several files in one field are a `[blob]`, in SQL a list of BLOBs or of texts; their names are a `[string]` with `filename_of`, as many as
they are. Each is a part of its own, all of the field's name; a list without files has none.

A response that is a file, of a write too, is one row: `content` names the column that holds all of it, a `blob`, or a `string` where it
always is text. A `string` whose `source` is that `blob` is the same as text, and NULL where it is no text in UTF-8.

```yaml
columns:
  content: {type: blob, nullable: false, description: The file.}
  text: {type: string, source: content, description: The same as text; NULL where it is none.}
methods:
  get_cover:
    verb: select
    http: GET /covers/{cover_id}/content
    description: Gets a picture.
    headers: {Accept: "*/*"}
    parameters:
      cover_id: {in: path, description: The picture.}
    content: content
```

## Other bodies

With `encoding: raw` a body is one attribute, a `blob` or a `string`, and nothing around it. Its media type is `application/octet-stream`,
of a `string` `text/plain; charset=utf-8`, unless `headers` say another Content-Type, or a parameter that stands in that header.

```yaml
put_cover:
  verb: replace
  http: PUT /covers/{cover_id}
  description: Puts a picture of a cover.
  parameters:
    cover_id: {in: path, description: The picture.}
    content_type: {in: header, name: Content-Type, required: true, enum: [image/png, image/jpeg], description: What it is.}
  encoding: raw
  body:
    picture: {type: blob, required: true, description: The picture.}
```

An attribute called `$` is all of a body of JSON: an array at its top, or a text or a number. With `encoding: jsonl` the one attribute is a
list, and the body a line of JSON for each of its items (`application/x-ndjson`).

```yaml
change_loan:
  verb: update
  http: PATCH /loans/{loan_id}
  description: Changes a loan.
  headers: {Content-Type: application/json-patch+json}
  parameters:
    loan_id: {in: path, column: id, description: The loan.}
  body:
    steps: {type: [{op: string, path: string, value: json}], required: true, name: $, description: What is to be done.}
```

With `encoding: xml` a body is the element `root`, and each attribute an element in it, in the order of the manifest. `name` is a dotted
path, as `source` of a column that is read from XML is: `-id` is an attribute of the element around it, `#text` its text, and `Tags.Tag`
an element within another one. A list is an element for each item; an object one with those of its fields, whose names `fields` say; NULL
is an empty element. `base` holds what every body has, as `-xmlns`, and a prefix of a name is one that an `-xmlns:` around it says. A text
with a character that XML has not, and a name that no element has, are errors before anything is sent.

```yaml
add_book:
  verb: insert
  http: POST /books
  description: Adds a book.
  encoding: xml
  root: Book
  base: '{"-xmlns": "urn:library"}'
  body:
    isbn: {type: string, required: true, name: "-isbn", description: Its number.}
    title: {type: string, required: true, name: Title, description: What it is called.}
    subjects: {type: [string], name: Subjects.Subject, description: What it is about.}
    authors:
      type: [{id: string, name: string}]
      name: Author
      description: Who wrote it.
      fields:
        id: {type: string, name: "-id", description: Which.}
        name: {type: string, name: "#text", description: What they are called.}
```

```text
<Book xmlns="urn:library" isbn="9780141439587">
  <Title>Emma</Title>
  <Subjects><Subject>Marriage</Subject><Subject>England</Subject></Subjects>
  <Author id="a-7">Jane Austen</Author>
</Book>
```

A response that is lines of JSON is rows with `transform: {kind: jsonl}` and `rows: $`, one of XML with `transform: {kind: xml}`.

## What must hold besides

- Each `{placeholder}` of a path is a parameter with `in: path`, and the other way round; `base_url` and `variables` likewise.
- A parameter with a value in the statement is a filter: every row that comes back has that value in the column of the same name, or in
  the one that `column` names, unless it says `exact: false`. A parameter that is no filter says its `role` or its `range`.
- A method that answers to `select` changes nothing: it is a GET, or says `reads: true`.
- A method that is paged says where its `rows` are.
- Where a resource has `outer` columns, each method for SELECT has `inner` rows, and no outer column is read from where these are.
- `kinds` are for `json` alone. `fields` of an object type are in that type, and are of the type that they have there.
- What `one_of` names are two fields or more, none of them `required`. `open` is for objects with fields.
- What `required_if` names stands beside it, and its value is among the `enum` of that, if it has one.
- The `version` of a resource is one of its columns, and a text or a number.
- Columns that are read from one place have one type, none is read from within another, and no two places differ in case alone.
- A `blob` is the column that `content` of a method names, or an attribute by itself of a body with `encoding: multipart` or `raw`; of
  `multipart`, also a `[blob]`. What `filename_of` names is such an attribute, called so by one other alone.
- An attribute that is all of a body, as one called `$` or that of a body with `raw` or `jsonl`, is the only one, and nothing is beside it.
- A body of XML has a `root`. Its names are those of elements, or paths of such, and no two attributes are at one place.
- The reader that `awaits` names is a SELECT of one row, has the columns of what it is asked about, and needs nothing that neither the
  response nor the call has. The values that end it are among the `enum` of their column, if that has one.
- Descriptions end in a period.
"""

_PUBLISHED = """\
## Against a published document

Where the makers of an API publish an OpenAPI or Swagger document, `rowcall provider check FOLDER --against FILE` compares the manifest with
it: paths, parameters, required attributes, names and types of columns, nulls, enumerations, bounds, deprecations. It prints a row for each
difference, and exits with 1 where there is one. What is left out of the manifest on purpose, and where the document is wrong, stands with
its reason in `published.yaml` beside `provider.yaml`; a reason for something that is true no longer is a difference too.
A file in which each line is a request, as `get /loans/{loan_id}`, is compared by these alone, as what the makers' own client can ask for.

```yaml
document: https://library.example/openapi.yaml
left_out:
  - operations: [GET /covers/*, /newsletter]
    reason: Pictures and letters are no rows.
differs:
  - at: [lending.loans.columns.due_at nullable]
    reason: A loan without an end has none, whatever the document says.
```
"""

_TITLES = {
    "Provider": "A provider file",
    "Service": "A service file",
    "Part": "A further file of a service",
    "Sandbox": "A sandbox file",
    "Published": "The file",
}
_SCALARS = {str: "text", int: "whole number", float: "number", bool: "`true` or `false`"}


def records(*roots: Any) -> tuple[Any, ...]:
    """The records of the language: each before those that its keys hold, provider first, service after all of the provider's.

    With `roots`, those of the language whose files these are.
    """
    found: list[Any] = []
    for root in roots or (Provider, Service, Part):
        _collect(root, found)
    return tuple(found)


def reference() -> str:
    """The Markdown of `docs/manifest.md`."""
    return "\n".join([_OPENING, *sections(), _PUBLISHED, *sections(Published, level="###")])


def sections(*roots: Any, level: str = "##") -> list[str]:
    """A section in Markdown for each record, with a table of its keys; `roots` as for `records`."""
    return [f"{level} {_title(record)}\n\n{_table(record)}" for record in records(*roots)]


def _collect(record: Any, found: list[Any]) -> None:
    if record in found:
        return
    found.append(record)
    for key, (_, hint) in keys_of(record).items():
        if key not in NOT_KEYS:
            for inner in _records_in(hint):
                _collect(inner, found)


def _records_in(hint: Any) -> list[Any]:
    if hint == Type:
        return []
    if dataclasses.is_dataclass(hint):
        return [hint]
    return [record for argument in typing.get_args(hint) for record in _records_in(argument)]


def _title(record: Any) -> str:
    return _TITLES.get(record.__name__, _words(record))


def _words(record: Any) -> str:
    """`RateLimit` as `Rate limit`."""
    spaced = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in record.__name__)
    return spaced.strip().capitalize()


def _table(record: Any) -> str:
    rows = [_row(key, field, hint) for key, (field, hint) in keys_of(record).items() if key not in NOT_KEYS]
    return "\n".join(["| key | value | when absent | |", "|---|---|---|---|", *rows, ""])


def _row(key: str, field: dataclasses.Field[Any], hint: Any) -> str:
    cells = [f"`{key}`", _value(hint), _absent(field), field.metadata["doc"].replace("|", "\\|")]
    return f"| {' | '.join(cells)} |"


def _value(hint: Any) -> str:
    if hint is Any or hint == Type:
        return "[template](#templates)" if hint is Any else "[type](#types)"
    if dataclasses.is_dataclass(hint):
        return f"[{_words(hint).lower()}](#{_title(hint).lower().replace(' ', '-')})"
    if typing.get_origin(hint) is dict:
        return f"name: {_value(typing.get_args(hint)[1])}"
    if typing.get_origin(hint) is tuple:
        return f"list of {_value(typing.get_args(hint)[0])}"
    if typing.get_origin(hint) is types.UnionType:
        return " or ".join(_value(member) for member in typing.get_args(hint) if member is not types.NoneType)
    return _one_of(hint) if issubclass(hint, StrEnum) else _SCALARS[hint]


def _one_of(hint: type[StrEnum]) -> str:
    return ", ".join(f"`{member.value}`" for member in hint)


def _absent(field: dataclasses.Field[Any]) -> str:
    if field.default is dataclasses.MISSING:
        return "**required**" if field.default_factory is dataclasses.MISSING else "none"
    if field.default is None or field.default == ():
        return "none"
    if isinstance(field.default, bool):
        return f"`{str(field.default).lower()}`"
    if isinstance(field.default, tuple):
        return ", ".join(f"`{item}`" for item in field.default)
    return "as below" if dataclasses.is_dataclass(field.default) else f"`{field.default}`"
