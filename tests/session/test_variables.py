"""`SET rowcall_…`: which settings there are, what they take, and that they hold."""

from __future__ import annotations

from typing import Any

import pytest

from rowcall.errors import UnsupportedSQLError, UsageError
from rowcall.session.session import Session
from rowcall.session.variables import Variables


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("SET rowcall_on_error = 'partial'", "on_error", "partial"),
        ("SET rowcall_max_requests = 10 + 5", "max_requests", 15),
        ("SET rowcall_max_requests TO 7", "max_requests", 7),
        ("SET rowcall_timeout_s = 2.5", "timeout_s", 2.5),
        ("SET ROWCALL_TIMEOUT_S = 3", "timeout_s", 3.0),
        ("SET rowcall_read_only = true", "read_only", True),
    ],
)
def test_a_setting_is_set_and_shown(db: Session, text: str, name: str, value: Any) -> None:
    """By any constant expression."""
    db.sql(text)

    assert getattr(db.variables, name) == value
    shown = dict(db.sql("SHOW SETTINGS").project("name, value").fetchall())
    assert shown[f"rowcall_{name}"] == str(value).lower()


@pytest.mark.parametrize("text", ["RESET rowcall_max_requests", "SET rowcall_max_requests = NULL"])
def test_a_setting_gets_its_default_back(db: Session, text: str) -> None:
    """By NULL or RESET."""
    db.sql("SET rowcall_max_requests = 3")

    db.sql(text)

    assert db.variables.max_requests is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SET rowcall_max_request = 3", "rowcall_max_requests"),
        ("SET rowcall_max_requests = 'many'", "whole number"),
        ("SET rowcall_max_requests = -1", "whole number"),
        ("SET rowcall_max_requests = true", "whole number"),
        ("SET rowcall_timeout_s = 0", "seconds above 0"),
        ("SET rowcall_on_error = 'ignore'", "error or partial"),
        ("SET rowcall_read_only = 'perhaps'", "true or false"),
    ],
)
def test_a_wrong_name_or_value_is_an_error(db: Session, text: str, message: str) -> None:
    """It says what there is, and changes nothing."""
    with pytest.raises(UnsupportedSQLError, match=message):
        db.sql(text)

    assert db.variables == Variables()


def test_settings_of_duckdb_are_duckdbs(db: Session) -> None:
    """SET of anything else goes to it."""
    db.sql("SET threads = 2")

    assert db.sql("SELECT current_setting('threads')").fetchall() == [(2,)]


def test_read_only_stays_on() -> None:
    """Once it is."""
    variables = Variables()
    variables.set("read_only", value=True)

    for value in (False, None):
        with pytest.raises(UsageError, match="cannot be switched off"):
            variables.set("read_only", value)


def test_every_setting_is_listed_with_its_type() -> None:
    """Name, value, type and a sentence."""
    rows = Variables().rows()

    assert [row["name"] for row in rows] == ["rowcall_on_error", "rowcall_max_requests", "rowcall_timeout_s", "rowcall_read_only"]
    assert all(row["type"] and row["description"].endswith(".") for row in rows)
