"""How long a SELECT on one service of a large provider of StackQL takes, the first time and each one after it."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

from benchmarks.measure import timed

SERVICES, RESOURCES, FIELDS = 46, 60, 40
"""Of 40 MB: each resource has two methods, and a schema of so many fields."""
_STATEMENT = """
import rowcall, sys
with rowcall.connect(provider_paths=[sys.argv[1]], journal=":memory:") as db:
    print(db.sql("SELECT field_1 FROM large.service_7.things_9 WHERE thing_id = 'a'", dry_run=True).fetchall())
"""
_SCHEMA = """
    Thing{number}:
      type: object
      properties:
{fields}"""
_FIELD = "        field_{field}: {{type: string, description: {words}}}"
_WORDS = (
    "What the field of that number holds of the thing, as its makers say it in a sentence or two that is as long as such sentences are in documents. "
    * 2
)
_PATHS = """
  /things_{number}:
    get:
      operationId: list_things_{number}
      parameters: [{{name: limit, in: query, schema: {{type: integer}}}}, {{name: page_token, in: query, schema: {{type: string}}}}]
      responses: {{'200': {{content: {{application/json: {{schema: {{type: object, properties: {{
        items: {{type: array, items: {{$ref: '#/components/schemas/Thing{number}'}}}}, next: {{type: string}}}}}}}}}}}}}}
  /things_{number}/{{thing_id}}:
    get:
      operationId: get_thing_{number}
      parameters: [{{name: thing_id, in: path, required: true, schema: {{type: string}}}}]
      responses: {{'200': {{content: {{application/json: {{schema: {{$ref: '#/components/schemas/Thing{number}'}}}}}}}}}}"""
_RESOURCE = """
    things_{number}:
      id: large.{service}.things_{number}
      name: things_{number}
      methods:
        list: {{operation: {{$ref: '#/paths/~1things_{number}/get'}}, response: {{openAPIDocKey: '200', objectKey: $.items}}}}
        get: {{operation: {{$ref: '#/paths/~1things_{number}~1{{thing_id}}/get'}}, response: {{openAPIDocKey: '200'}}}}
      sqlVerbs:
        select:
          - {{$ref: '#/components/x-stackQL-resources/things_{number}/methods/list'}}
          - {{$ref: '#/components/x-stackQL-resources/things_{number}/methods/get'}}"""


def write(folder: Path) -> int:
    """Writes the provider into a folder; its bytes."""
    names = [f"service_{number}" for number in range(SERVICES)]
    entries = "".join(f"\n  {name}: {{name: {name}, service: {{$ref: {name}.yaml}}}}" for name in names)
    (folder / "provider.yaml").write_text(f"name: large\nproviderServices:{entries}\n", encoding="utf-8")
    fields = "\n".join(_FIELD.format(field=field, words=_WORDS) for field in range(FIELDS))
    for name in names:
        parts = [f"openapi: 3.0.3\nservers:\n  - url: https://{name.replace('_', '-')}.example\npaths:"]
        parts += [_PATHS.format(number=number) for number in range(RESOURCES)]
        parts += ["\ncomponents:\n  schemas:", *(_SCHEMA.format(number=number, fields=fields) for number in range(RESOURCES))]
        parts += ["\n  x-stackQL-resources:", *(_RESOURCE.format(number=number, service=name) for number in range(RESOURCES))]
        (folder / f"{name}.yaml").write_text("".join(parts), encoding="utf-8")
    return sum(file.stat().st_size for file in folder.iterdir())


def report(rounds: int) -> None:
    """Prints the first time, and the median of the rounds after it, each a process of its own."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "large"
        folder.mkdir()
        size = write(folder)
        environ = {**os.environ, "XDG_CACHE_HOME": str(Path(place) / "cache")}
        command = [sys.executable, "-c", _STATEMENT, str(folder)]
        start = partial(subprocess.run, command, check=True, capture_output=True, env=environ)
        times = [timed(start) for _ in range(rounds + 1)]
    print(f"SELECT on one service of a StackQL provider of {size / 1e6:.0f} MB, planned in a new process, in s")
    print(f"  {'':20}{'wall':>10}{'CPU':>10}")
    medians = [statistics.median(column) for column in zip(*times[1:], strict=True)]
    for name, (wall_s, cpu_s) in (("the first time", times[0]), ("each one after it", medians)):
        print(f"  {name:20}{wall_s:10.2f}{cpu_s:10.2f}")
