"""Where provider folders are found."""

from __future__ import annotations

from pathlib import Path

import pytest

import rowcall
from rowcall.errors import UsageError
from rowcall.stackql.folders import provider_folders


def made(*places: str, root: Path) -> Path:
    """A root with a provider in each of some folders."""
    for place in places:
        folder = root / place
        folder.mkdir(parents=True)
        (folder / "provider.yaml").write_text(
            f"name: {place.split('/')[-2] if '/' in place else place}\nproviderServices: {{s: {{name: s}}}}\n"
        )
    return root


@pytest.mark.parametrize(
    ("places", "path", "expected"),
    [
        (["one"], "one", ["one"]),
        (["one/v00.00.00000"], "one", ["one/v00.00.00000"]),
        (["one/v1.9.0", "one/v1.10.0"], "one", ["one/v1.10.0"]),
        (["one/v1", "two/v1"], "", ["one/v1", "two/v1"]),
        (["src/one/v1", "src/two/v1"], "", ["src/one/v1", "src/two/v1"]),
        (["providers/src/one/v1"], "", ["providers/src/one/v1"]),
    ],
    ids=["folder", "versions", "newest version", "root", "src", "registry"],
)
def test_a_path_leads_to_provider_folders(places: list[str], path: str, expected: list[str], tmp_path: Path) -> None:
    """Whether it is one, holds its versions, or is the root of many."""
    made(*places, root=tmp_path)

    assert provider_folders(tmp_path / path) == [tmp_path / place for place in expected]


def test_two_providers_of_one_name_are_told_apart_by_whoever_names_them(tmp_path: Path) -> None:
    """The error has the form that does."""
    made("a/one/v1", "b/one/v1", root=tmp_path)

    with pytest.raises(UsageError, match="Two providers are called one: .* names them apart"):
        rowcall.connect(provider_paths=[tmp_path / "a", tmp_path / "b"])
    with rowcall.connect(provider_paths={"first": tmp_path / "a" / "one", "second": tmp_path / "b" / "one"}) as db:
        names = [name for name, *_ in db.sql("SHOW PROVIDERS").fetchall()]
    assert {"first", "second"} <= set(names)


@pytest.mark.parametrize(
    ("paths", "says"),
    [
        ("somewhere", "provider_paths is a list of paths"),
        (["somewhere"], "no provider folder and no package somewhere"),
        ({"A": "somewhere"}, "no name for a provider"),
    ],
)
def test_a_path_that_leads_nowhere_is_refused(paths: object, says: str) -> None:
    """When the session is made."""
    with pytest.raises(UsageError, match=says):
        rowcall.connect(provider_paths=paths)  # type: ignore[arg-type]
