"""The command line's grammar, and what it says to a mistyped word."""

from __future__ import annotations

from typing import Any

import pytest

from rowcall.shell.options import COMMANDS, parameter, parse


def refusal(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """The first line on standard error, after these arguments were refused with exit code 2."""
    with pytest.raises(SystemExit) as ended:
        parse(words)
    assert ended.value.code == 2
    told = capsys.readouterr()
    assert told.out == ""
    return told.err.splitlines()[0]


@pytest.mark.parametrize(
    ("words", "nearest"),
    [
        ("qurey x", "did you mean query?"),
        ("exce x", "did you mean exec?"),
        ("shel", "did you mean shell?"),
        ("sandbx", "did you mean sandbox?"),
        ("provider shw openai", "did you mean show?"),
        ("query --databse f x", "there is no option --databse; did you mean --database?"),
        ("query x --red-only", "did you mean --read-only?"),
        ("query x --parm=a=b", "there is no option --parm; did you mean --param?"),
        ("query x --keepgoing", "did you mean --keep-going?"),
        ("query x -o jsn", "Did you mean json?"),
        ("query x --on-error partail", "did you mean partial?"),
        ("shell --sandbx", "did you mean --sandbox?"),
        ("sandbox --prot 8000", "did you mean --port?"),
        ("demo --sede 1", "did you mean --seed?"),
        ("--versoin", "did you mean --version?"),
    ],
)
def test_a_typo_names_the_nearest(words: str, nearest: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A command, option or value that is close to a real one is answered with the real one."""
    assert refusal(capsys, *words.split()).endswith(nearest)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("SELECT 1",), 'error: there is no command "SELECT 1"; to run a statement, write it in quotes: rowcall query "SELECT …"'),
        (("select", "1"), 'error: there is no command "select"; to run a statement, write it in quotes: rowcall query "select …"'),
        (("query", "SELECT", "1"), 'error: unexpected "1"; a statement with spaces goes in quotes'),
        (("--sandbox", "query", "SELECT 1"), "error: the command comes first, and its options behind it: rowcall query --sandbox …"),
        (("--sandbox", "sandbox"), "error: the command comes first, and its options behind it: rowcall sandbox --sandbox …"),
        (("query", "x", "--param", "a"), 'error: argument --param: "a" is not NAME=VALUE'),
        (("query", "x", "--set", "a=b"), 'error: argument --set: "a" is not PROVIDER.SETTING, as openai.base_url is'),
        (("query", "x", "--rows", "0"), "error: argument --rows: must be 1 or more"),
        (("query", "x", "--rows", "many"), 'error: argument --rows: "many" is not a whole number'),
        (("query", "x", "--timeout", "soon"), 'error: argument --timeout: "soon" is not a number of seconds'),
        (("demo", "--max-requests", "many"), 'error: argument --max-requests: "many" is not a whole number'),
        (("query", "x", "--timeout", "0s"), 'error: argument --timeout: "0s" is not a number of seconds'),
        (("query", "x", "--timeout", "-1"), 'error: argument --timeout: "-1" is not a number of seconds'),
        (("sandbox", "--port", "70000"), "error: argument --port: 70000 is not a port"),
        (("query", "x", "-o"), "error: argument -o/--output: expected one argument"),
        (
            ("wat",),
            'error: there is no command "wat"; there is: query, exec, shell, demo, sandbox, provider, apply, journal, config, completion',
        ),
    ],
)
def test_wrong_usage_says_what_is_wrong(words: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The message is one line that a user can act on."""
    assert refusal(capsys, *words) == message


@pytest.mark.parametrize("command", ["query", "shell", "demo"])
@pytest.mark.parametrize(
    ("words", "settings"),
    [
        ("", {}),
        ("--max-requests 5", {"max_requests": 5}),
        ("--max-requests 0", {"max_requests": 0}),
        ("--max-requests none", {"max_requests": None}),
        ("--max-in-flight 4", {"max_in_flight": 4}),
        ("--max-in-flight none", {"max_in_flight": None}),
        ("--timeout 2.5 --on-error partial", {"timeout_s": 2.5, "on_error": "partial"}),
        ("--timeout 2min", {"timeout_s": 120.0}),
        ("--timeout=None --max-requests 1 --max-requests 2", {"timeout_s": None, "max_requests": 2}),
    ],
)
def test_every_command_that_runs_statements_takes_limits(command: str, words: str, settings: dict[str, Any]) -> None:
    """What is not said is not there, which is not the same as none."""
    assert parse([command, *words.split()]).settings == settings


@pytest.mark.parametrize("command", ["query", "shell"])
@pytest.mark.parametrize(
    ("words", "yes", "settings"), [("", False, {}), ("-y", True, {}), ("--yes --max-write-rows none", True, {"max_write_rows": None})]
)
def test_the_commands_that_write_take_what_they_may(command: str, words: str, yes: bool, settings: dict[str, Any]) -> None:
    """A yes, and how many rows."""
    options = parse([command, *words.split()])

    assert (options.yes, options.settings) == (yes, settings)


def test_json_that_is_not_json_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """The message shows the spelling that takes text."""
    assert "n=ada takes it as text" in refusal(capsys, "query", "x", "--param", "n:=ada")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_examples(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`--help` ends with success and shows how the command is used."""
    with pytest.raises(SystemExit) as ended:
        parse([command, "--help"])

    assert ended.value.code == 0
    assert f"  rowcall {command}" in capsys.readouterr().out.partition("examples:")[2]


@pytest.mark.parametrize("words", ["journal list", "provider check"])
def test_what_a_command_does_has_no_examples_of_others(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    """They are the command's, and not those of `rowcall` as a whole."""
    with pytest.raises(SystemExit):
        parse([*words.split(), "--help"])

    assert "rowcall demo" not in capsys.readouterr().out


def test_exec_is_query() -> None:
    """`exec` is another name for the same command."""
    assert parse(["exec", "SELECT 1"]).command == "query"


@pytest.mark.parametrize(("on_terminal", "command"), [(True, "shell"), (False, "query")], ids=["terminal", "pipe"])
def test_without_a_command_the_terminal_decides(on_terminal: bool, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bare `rowcall` is the shell for a person, and reads statements from a pipe."""
    monkeypatch.setattr("sys.stdin.isatty", lambda: on_terminal, raising=False)

    assert parse([]).command == command
    assert parse(["--sandbox"]).sandbox


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("t=thread_1", ("t", "thread_1")),
        ("$t=thread_1", ("t", "thread_1")),
        ("t=", ("t", "")),
        ("t=a=b", ("t", "a=b")),
        ("t=12", ("t", "12")),
        ("n:=12", ("n", 12)),
        ("n:=null", ("n", None)),
        ('n:=["a", 1.5]', ("n", ["a", 1.5])),
    ],
)
def test_a_parameter_is_text_unless_it_says_json(text: str, expected: tuple[str, object]) -> None:
    """`=` never guesses a type, `:=` takes JSON."""
    assert parameter(text) == expected
