"""The config file: what it says, with and without a profile, and in which line.

A file that holds a key is its owner's alone to read, and one that names a command its owner's alone to write: any other is refused whole,
since whoever can change it says where keys go.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from rowcall.errors import UsageError, nearest

PARTS = ("providers", "settings")
"""The tables of a config file, and of each of its profiles."""
_TABLES = (*PARTS, "profiles")


@dataclass(frozen=True, slots=True)
class Config:
    """What the config file says; values are not looked at yet."""

    path: Path | None = None
    """None where there is no file."""
    text: str = field(default="", repr=False)
    tables: Mapping[str, Any] = field(default_factory=dict, repr=False)
    profile: str | None = None
    """The one that is laid over the rest of the file."""

    def part(self, name: str, *, of_profile: bool = False) -> Mapping[str, Any]:
        """One of PARTS, of the profile or of the rest of the file; empty where nothing is said, or no profile was asked for."""
        tables = self.tables
        if of_profile:
            tables = tables["profiles"][self.profile] if self.profile else {}
        found: Mapping[str, Any] = tables.get(name, {})
        return found

    def profiles(self) -> Mapping[str, Any]:
        """All profiles by name."""
        found: Mapping[str, Any] = self.tables.get("profiles", {})
        return found

    def at(self, *names: str, of_profile: bool = False) -> str:
        """Where a table or value stands, as `the config file /home/user/.config/rowcall/config.toml:3`."""
        names = ("profiles", str(self.profile), *names) if of_profile else names
        line = lines_of(self.text).get(names)
        return f"the config file {self.path}" + (f":{line}" if line else "")


def read_config(path: str | Path | None = None, profile: str | None = None) -> Config:
    """The config file; empty where there is none. Raises UsageError when one that was asked for is missing, or any is wrong.

    Looked for at `path`, then `$ROWCALL_CONFIG`, then `config.toml` in the user's configuration directory. There is none where that is no
    directory, or may not be looked into, as when `$HOME` is that of somebody else. `profile` is that of `$ROWCALL_PROFILE` where it is
    None, and none where it is empty.
    """
    chosen = path or os.environ.get("ROWCALL_CONFIG")
    file = config_file(path)
    asked = os.environ.get("ROWCALL_PROFILE", "") if profile is None else profile
    config = loaded(file, asked=bool(chosen))
    check(config)
    return _with_profile(config, asked, " (from $ROWCALL_PROFILE)" if profile is None else "", file)


def config_file(path: str | Path | None = None) -> Path:
    """Where the config file is, or would be."""
    chosen = path or os.environ.get("ROWCALL_CONFIG")
    return Path(chosen) if chosen else _default_file()


def loaded(file: Path, *, asked: bool) -> Config:
    """The config file as it is, empty where there is none that was not `asked` for. Raises UsageError for one that cannot be read."""
    try:
        text = file.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError) as error:
        if asked:
            raise UsageError(f"There is no config file {file}.") from error
        return Config()
    except (OSError, UnicodeDecodeError) as error:
        if not asked and _is_out_of_reach(file):
            return Config()
        raise UsageError(f"The config file {file} cannot be read: {error}") from error
    import tomllib

    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        what, _, place = str(error).rpartition(" (at ")
        line = _LINE.match(place)
        at = f"the config file {file}" + (f":{line[1]}" if line else "")
        raise UsageError(f"{at}: this is no TOML: {what if line else error}.") from error
    return Config(file, text, tables)


def check(config: Config) -> None:
    """Raises UsageError where its tables are others than there are, or others than its owner may use the file."""
    _check_tables(config)
    _check_owner(config)


_LINE = re.compile(r"line (\d+), column \d+\)")


def _is_out_of_reach(file: Path) -> bool:
    """Whether nobody can tell if a file is there. One that is there and cannot be read may forbid what is about to be done."""
    try:
        file.stat()
    except OSError as error:
        return isinstance(error, PermissionError)
    return False


def _default_file() -> Path:
    import platformdirs

    return Path(platformdirs.user_config_dir("rowcall")) / "config.toml"


def _with_profile(config: Config, name: str, where: str, file: Path) -> Config:
    """The file with a profile in force; the file as it is where none is asked for. Raises UsageError with the profiles that there are."""
    if not name:
        return config
    if name not in config.profiles():
        if config.path is None:
            raise UsageError(f'No profile "{name}"{where}: there is no config file {file}.')
        known = near(name, config.profiles()) if config.profiles() else " It has none; one begins with [profiles.NAME.providers.openai]."
        raise UsageError(f'No profile "{name}"{where} in the config file {file}.{known}')
    return Config(config.path, config.text, config.tables, name)


def _check_tables(config: Config) -> None:
    """Raises UsageError for a table that there is not, with the nearest."""
    for name, table in config.tables.items():
        if name not in _TABLES:
            raise UsageError(f'{config.at(name)}: no table "{name}".{near(name, _TABLES)}')
        if not isinstance(table, Mapping):
            what = {"providers": "settings by provider name", "settings": "names and values, such as max_requests"}
            raise UsageError(f"{config.at(name)}: {name} must be a table of {what.get(name, 'profiles by name')}.")
    for name, profile in config.profiles().items():
        at = ("profiles", name)
        if not isinstance(profile, Mapping):
            raise UsageError(f"{config.at(*at)}: the profile {name} must be a table with the tables {' and '.join(PARTS)}.")
        for part, table in profile.items():
            if part not in PARTS:
                hint = f" Settings of a provider go into [profiles.{name}.providers.{part}]." if isinstance(table, Mapping) else ""
                raise UsageError(f'{config.at(*at, part)}: a profile has no table "{part}".{near(part, PARTS)}{hint}')
            if not isinstance(table, Mapping):
                raise UsageError(f"{config.at(*at, part)}: {part} of the profile {name} must be a table.")


def near(name: str, known: Any) -> str:
    """The names that are nearest to one that there is not, as a sentence; all where none is near."""
    close = nearest(name, known)
    return f" Did you mean {', '.join(close)}?" if close else f" There is: {', '.join(sorted(known))}."


# --- lines

Names: TypeAlias = tuple[str, ...]
"""Of a value and the tables that it is in, the outermost first."""


def lines_of(text: str) -> dict[Names, int]:
    """The line, from 1, in which each table and value of a TOML document begins, by its names.

    What `tomllib` takes by itself is one statement of TOML: it says no lines, and nobody here has to know how TOML is written.
    """
    import tomllib

    found: dict[Names, int] = {}
    header, start, lines = "", 0, text.split("\n")
    for end in range(1, len(lines) + 1):
        piece = "\n".join(lines[start:end])
        is_header = piece.lstrip().startswith("[")
        try:
            tables = tomllib.loads(f"{piece}\n" if is_header else f"{header}\n{piece}\n")
        except tomllib.TOMLDecodeError:  # goes on in the next line
            continue
        header = piece if is_header else header
        for names in _paths(tables):
            found.setdefault(names, start + 1)
        start = end
    return found


def _paths(table: Any, above: Names = ()) -> Iterator[Names]:
    if isinstance(table, list) and table and isinstance(table[-1], Mapping):  # [[a table of several]]
        table = table[-1]
    for name, value in table.items() if isinstance(table, Mapping) else ():
        yield (*above, name)
        yield from _paths(value, (*above, name))


# --- whose file it is

_READABLE, _WRITABLE = 0o077, 0o022
"""The permissions of others that a file with a key must not have, and one with a command."""


def _check_owner(config: Config) -> None:
    """Raises UsageError where others can read a key that is in the file, or can change the command that gets one."""
    path = config.path
    if os.name != "posix" or path is None:
        return
    status = path.stat()
    mode = f"mode {status.st_mode & 0o777:04o}"
    secret = next((names for names, value in _leaves(config.tables) if _is_secret(names, value)), None)
    if secret is not None and status.st_mode & _READABLE:
        raise UsageError(f"{config.at(*secret)}: {secret[-1]} is secret, and others may use the file ({mode}). Run: chmod 600 {path}")
    command = next((names for names, _ in _leaves(config.tables) if names[-1] == "api_key_command"), None)
    if command is None:
        return
    if status.st_mode & _WRITABLE:
        raise UsageError(f"{config.at(*command)}: a command is run, and others may change the file ({mode}). Run: chmod go-w {path}")
    if status.st_uid not in {0, os.geteuid()}:
        raise UsageError(f"{config.at(*command)}: a command is run, and the file is another user's. Run: chown $(id -u) {path}")


def _leaves(value: Any, above: Names = ()) -> Iterator[tuple[Names, Any]]:
    if isinstance(value, Mapping):
        for name, below in value.items():
            yield from _leaves(below, (*above, name))
    else:
        yield above, value


def _is_secret(names: Names, value: Any) -> bool:
    """Whether a value is a key, or carries one by its name or as a password in a URL."""
    if not isinstance(value, str) or not value:
        return False
    from rowcall.http.redact import is_secret_name

    of_request = len(names) > 1 and names[-2] in {"headers", "query", "values"}
    in_url = names[-1] in {"base_url", "rate_limits_redis"} and "@" in value
    return names[-1] == "api_key" or in_url or (of_request and is_secret_name(names[-1]))
