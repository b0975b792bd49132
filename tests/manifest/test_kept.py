"""What is kept of a manifest for the next process: the same records, and never those of another text or another writer."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rowcall.manifest.kept import Kept
from rowcall.manifest.library import shipped
from rowcall.manifest.model import Provider, Service
from rowcall.manifest.read import load_provider

FOLDERS = [*shipped().values(), Path(__file__).parent.parent / "sandbox" / "library"]
IDS = [folder.name for folder in FOLDERS]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory of this test's files alone."""
    directory = tmp_path / "cache"
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda _: str(directory))
    return directory / "manifests"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of a provider's folder that a test may change."""
    copy = tmp_path / "library"
    copy.mkdir()
    for file in FOLDERS[-1].glob("*.yaml"):
        (copy / file.name).write_bytes(file.read_bytes())
    return copy


def kept(folder: Path, cache: Path) -> Path:
    """The file of a folder whose provider was kept."""
    Kept(folder).keep(load_provider(folder))
    (file,) = cache.iterdir()
    return file


@pytest.mark.parametrize("folder", FOLDERS, ids=IDS)
def test_what_comes_back_is_what_was_read(folder: Path) -> None:
    """Every record, with enums, types and tuples of their own classes; and the names without the records."""
    provider = load_provider(folder)

    Kept(folder).keep(provider)

    again = Kept(folder)
    assert again.provider() == provider
    assert repr(again.provider()) == repr(provider)
    assert again.names == {name: list(service.resources) for name, service in provider.services.items()}


def test_nothing_is_kept_of_what_nobody_read(folder: Path) -> None:
    """Where there is no file yet, or none can be written, there are neither names nor records."""
    assert Kept(folder).names is None
    assert Kept(folder).provider() is None


def test_a_folder_that_cannot_be_written_to_is_no_error(folder: Path, cache: Path) -> None:
    """Such as one that is a file."""
    cache.parent.write_text("")

    Kept(folder).keep(load_provider(folder))

    assert Kept(folder).names is None


def test_another_text_is_another_manifest(folder: Path, cache: Path) -> None:
    """One letter in one of its files, though size and time of the file stay."""
    kept(folder, cache)
    file = folder / "provider.yaml"
    state = file.stat()

    file.write_text(file.read_text().replace("title: ", "title: X", 1)[:-1])
    os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))

    assert file.stat().st_size == state.st_size
    assert Kept(folder).names is None


def test_another_version_reads_for_itself(folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What one version of rowcall kept means nothing to another."""
    kept(folder, cache)

    monkeypatch.setattr("rowcall.manifest.kept.__version__", "0.0.0")

    assert Kept(folder).names is None


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="files have owners here in another way")
@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666], ids=oct)
def test_a_file_that_others_can_write_is_not_believed(folder: Path, cache: Path, mode: int) -> None:
    """It says where keys are sent."""
    kept(folder, cache).chmod(mode)

    assert Kept(folder).names is None


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="files have owners here in another way")
def test_a_file_of_another_user_is_not_believed(folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where somebody runs rowcall with the home of another."""
    kept(folder, cache)
    monkeypatch.setattr("os.geteuid", lambda: 12345)

    assert Kept(folder).names is None


def test_a_file_is_the_users_own(folder: Path, cache: Path) -> None:
    """Nobody else reads or writes it, nor the directory."""
    file = kept(folder, cache)

    assert [path.stat().st_mode & 0o077 for path in (file, cache)] == [0, 0]


def broken_head(text: str) -> str:
    return text[:20]


def broken_body(text: str) -> str:
    return text[: len(text) // 2]


def unknown_field(text: str) -> str:
    return text.replace('"title"', '"titel"')


def no_record(text: str) -> str:
    return text.partition("\n")[0] + "\n[]"


@pytest.mark.parametrize("spoil", [broken_head, broken_body, unknown_field, no_record, lambda _: ""])
def test_a_spoilt_file_is_as_none(folder: Path, cache: Path, spoil: Callable[[str], str]) -> None:
    """A provider is then read from YAML, and the file written anew."""
    provider = load_provider(folder)
    file = kept(folder, cache)
    file.write_text(spoil(file.read_text()))

    assert Kept(folder).provider() is None

    Kept(folder).keep(provider)
    assert Kept(folder).provider() == provider


def test_a_name_that_could_be_taken_for_a_mark_is_not_kept(folder: Path, cache: Path) -> None:
    """Records are marked by an empty name."""
    kept(folder, cache).unlink()

    Kept(folder).keep(Provider(**{**{f: getattr(load_provider(folder), f) for f in Provider.__dataclass_fields__}, "headers": {"": "x"}}))

    assert not [*cache.iterdir()]


def test_the_second_process_reads_no_yaml(folder: Path, tmp_path: Path) -> None:
    """Neither for names nor for records."""
    code = (
        "import sys\nfrom pathlib import Path\nfrom rowcall.manifest.read import Providers\n"
        "providers = Providers({'library': Path(sys.argv[1])})\n"
        "print(sorted(providers.resources('library')), providers['library'].title, 'yaml' in sys.modules)"
    )
    home = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "xdg"), "LOCALAPPDATA": str(tmp_path / "xdg"), "HOME": str(tmp_path)}

    first, second = (
        subprocess.run([sys.executable, "-c", code, str(folder)], env=home, check=True, capture_output=True, text=True).stdout
        for _ in range(2)
    )

    assert first.endswith(" True\n")
    assert second == first.replace(" True\n", " False\n")
    assert json.loads(first[: first.index("]") + 1].replace("'", '"')) == sorted(load_provider(folder).services)


def test_a_service_is_read_when_it_is_asked_for() -> None:
    """Those that a statement does not need cost it nothing."""
    Kept(FOLDERS[0]).keep(load_provider(FOLDERS[0]))
    again = Kept(FOLDERS[0]).provider()
    assert again is not None

    before = services_alive()
    first = again.services[next(iter(again.services))]

    assert services_alive() == before + 1
    assert again.services[first.service] is first


def services_alive() -> int:
    """How many services this process holds."""
    return sum(isinstance(each, Service) for each in gc.get_objects())
