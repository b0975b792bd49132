"""The command line's grammar: commands, options, and help with examples.

Imports nothing beyond argparse and the error tree, so that `--version`, `--help` and a mistyped option answer at once.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from rowcall.errors import UsageError, nearest
from rowcall.front.options import add_limits, add_session, add_settings, assignment, natural, positive, seconds
from rowcall.shell.exit import Exit
from rowcall.shell.formats import Format, format_named

_STATEMENT_WORDS = frozenset(
    "SELECT FROM WITH INSERT REPLACE UPDATE DELETE EXEC EXECUTE SHOW DESCRIBE EXPLAIN PLAN USE SET CREATE DROP COPY".split()
)

COMMANDS = {
    "query": "run statements and print their rows",
    "shell": "type statements in a terminal, with completion and history",
    "demo": "watch a tour of real statements against the sandbox",
    "sandbox": "serve a local API to try statements against",
    "provider": "list, show, check, add and remove providers",
    "apply": "send what a plan says",
    "journal": "list, show and resume the writes that were sent",
    "config": "show every setting and where it comes from",
    "completion": "print what completes words in your shell",
}
"""Each command and its line in the help; `exec` is another name of `query`."""

SHELLS = ("bash", "zsh", "fish")
"""Those whose words are completed."""

_EXAMPLES = {
    "": """\
examples:
  rowcall demo                                     a tour of what rowcall does, against the built-in sandbox
  rowcall query "SHOW RESOURCES IN openai.assistants"
  rowcall query --sandbox "SELECT thread_id FROM sandbox_threads LIMIT 3"
  rowcall                                          the shell""",
    "query": """\
examples:
  rowcall query "DESCRIBE openai.assistants.runs"
  rowcall query --sandbox -f threads.parquet "FROM sandbox_threads"
  rowcall query --sandbox 'SELECT id, status FROM openai.assistants.runs WHERE thread_id = $t' \\
      --param t=thread_4BifTG5phsg5h4OMkNdjpNXs
  rowcall query --sandbox --yes "DELETE FROM openai.assistants.threads WHERE id = 'thread_4BifTG5phsg5h4OMkNdjpNXs'"
  rowcall query --sandbox -o csv "SELECT r.id, r.status FROM sandbox_threads t
      JOIN openai.assistants.runs r ON r.thread_id = t.thread_id"
  echo "SELECT count(*) AS threads FROM 'threads.parquet'" > report.sql; rowcall query -i report.sql
  echo "SHOW PROVIDERS" | rowcall query -o json

-o defaults to what the name of -f ends in, to table on a terminal, and to jsonl (one JSON object a row) anywhere else.
exit codes: 0 all succeeded, 1 a statement failed, 2 wrong usage, 3 a result is partial, 130 interrupted""",
    "shell": """\
examples:
  rowcall shell --sandbox
  rowcall shell --database work.duckdb

.help in the shell lists its commands.""",
    "demo": """\
examples:
  rowcall demo
  rowcall demo --seed 7""",
    "sandbox": """\
examples:
  rowcall sandbox --port 8000
  rowcall sandbox github --rows 5000 --latency 0.05 --fault rate_limit:times=3 --fault slow:seconds=2,path=/issues,after=20
  OPENAI_BASE_URL=http://127.0.0.1:8000/v1 OPENAI_API_KEY=sandbox-key rowcall shell     # in another terminal""",
    "apply": """\
examples:
  rowcall query "PLAN INSERT INTO openai.assistants.threads (metadata) VALUES (MAP {'tenant': 'acme'}) INTO 'plan.jsonl'"
  rowcall apply plan.jsonl --dry-run
  rowcall apply plan.jsonl

Nothing is sent where the file was altered, where what it is about has changed since, and where it was applied before.
exit codes: as those of rowcall query""",
    "journal": """\
examples:
  rowcall journal list
  rowcall journal show 3f9a
  rowcall journal resume 3f9a --dry-run

An id is the one that `list` shows, or its first characters.
exit codes: as those of rowcall query; 3 where a resumed write still has rows that are not done""",
    "config": """\
examples:
  rowcall config show
  rowcall config show --profile azure -o json
  rowcall config path
  rowcall config check

Keys are shown as ***, and what gets one is not run.
exit codes: 0, 1 where check finds a fault, 2 wrong usage""",
    "completion": """\
examples:
  echo 'source <(rowcall completion bash)' >> ~/.bashrc
  echo 'source <(rowcall completion zsh)' >> ~/.zshrc         # after compinit
  mkdir -p ~/.config/fish/completions
  rowcall completion fish > ~/.config/fish/completions/rowcall.fish

A new shell completes commands, options, their values, names of providers and profiles, and what can follow in a statement.""",
    "provider": """\
examples:
  rowcall provider list
  rowcall provider show openai
  rowcall provider check ./provider/openai
  rowcall provider check ./provider/openai --against openapi.yaml
  rowcall provider import openapi.yaml --name shop --service orders --out ./provider/shop
  rowcall provider new weather --from-response answer.json
  rowcall provider add ./stackql/digitalocean      a folder of StackQL's documents, a root of such folders, or a package (.tgz)
  rowcall provider add ./stackql/github --name github_stackql
  rowcall provider remove digitalocean

exit codes: 0, 1 where check finds a fault or a difference, 2 wrong usage""",
}


class Parser(argparse.ArgumentParser):
    """An argparse parser whose errors are one line that names the nearest choice."""

    aliases: Sequence[str] = ()
    """What else a command is called."""

    def error(self, message: str) -> NoReturn:
        print(f"error: {message}\nTry: {self.prog} --help", file=sys.stderr)
        sys.exit(Exit.USAGE)

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is None or value in action.choices:
            return
        if action.option_strings:
            raise argparse.ArgumentError(action, _unknown("value", str(value), action.choices))
        kind = "command" if action.nargs == argparse.PARSER else str(action.metavar).lower()
        raise argparse.ArgumentError(None, _unknown(kind, str(value), action.choices))

    def options(self) -> list[argparse.Action]:
        """Its options."""
        return [action for action in self._actions if action.option_strings]

    def option(self, name: str) -> argparse.Action | None:
        """The option of a name."""
        return self._option_string_actions.get(name)

    def places(self) -> list[argparse.Action]:
        """What it takes by position, besides commands."""
        return [action for action in self._actions if not action.option_strings and action.nargs != argparse.PARSER]

    def commands(self) -> dict[str, Parser]:
        """Its commands, or the actions of a command, by each of their names."""
        return next((dict(action.choices or {}) for action in self._actions if action.nargs == argparse.PARSER), {})

    def option_strings(self) -> list[str]:
        """Every long option it takes."""
        return [option for action in self._actions for option in action.option_strings if option.startswith("--")]

    def groups(self) -> dict[str, list[argparse.Action]]:
        """Its arguments and options by the titles under which the help has them, commands left out."""
        groups = {str(group.title): group._group_actions for group in self._action_groups}  # noqa: SLF001 - argparse has no door to them
        return {title: actions for title, actions in groups.items() if actions and actions[0].nargs != argparse.PARSER}


def _unknown(kind: str, name: str, known: Any) -> str:
    names = [str(each) for each in known]
    if name.split(maxsplit=1)[0].upper() in _STATEMENT_WORDS:
        return f'there is no {kind} "{name}"; to run a statement, write it in quotes: rowcall query "{name.split(maxsplit=1)[0]} …"'
    close = nearest(name, names, 1)
    return f'there is no {kind} "{name}"; ' + (f"did you mean {close[0]}?" if close else f"there is: {', '.join(names)}")


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The command and its options; `command` names it.

    Without a command, `shell` where standard input is a terminal and `query` elsewhere. Ends the process with 2, after a line on
    standard error, where the arguments are wrong.
    """
    words = list(arguments)
    unnamed = not words or (words[0].startswith("-") and words[0] not in {"-h", "--help", "--version"})
    if unnamed:
        words.insert(0, "shell" if sys.stdin.isatty() else "query")
    options, extra = grammar().parse_known_args(words)
    first = getattr(options, "sql", None) or next(iter(extra), None)
    if unnamed and first in COMMANDS:  # no statement is one of these words
        options.parser.error(f"the command comes first, and its options behind it: rowcall {first} {words[1]} …")
    if extra:
        _refuse(options.parser, extra)
    return options


def _refuse(parser: Parser, extra: Sequence[str]) -> NoReturn:
    option = next((word for word in extra if word.startswith("-")), None)
    if option is None:
        parser.error(f'unexpected "{extra[0]}"; a statement with spaces goes in quotes')
    name = option.split("=", 1)[0]
    close = nearest(name, [*parser.option_strings(), "--version"], 1)
    parser.error(f"there is no option {name}" + (f"; did you mean {close[0]}?" if close else ""))


def grammar() -> Parser:
    """All commands and their options."""
    parser = _new(Parser, "rowcall", "", "Any HTTP API as SQL.")
    parser.add_argument("--version", action=_Version, help="print the version")
    commands = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND", required=True)
    for name, line in COMMANDS.items():
        aliases = ["exec"] if name == "query" else []
        command = commands.add_parser(name, aliases=aliases, help=line, **_layout(name, f"{line[0].upper()}{line[1:]}."))
        _FILL[name](command)
        command.add_argument("--debug", action="store_true", help="print the trace of an error")
        command.set_defaults(parser=command, command=name)
        command.aliases = aliases
    return parser


def _new(kind: type[Parser], prog: str, examples: str, description: str) -> Parser:
    return kind(prog=prog, **_layout(examples, description))


def _action(actions: Any, name: str, line: str, description: str) -> Parser:
    """What a command does, as `list`; the examples are the command's."""
    action: Parser = actions.add_parser(name, help=line, **_layout(None, description))
    return action


def _layout(examples: str | None, description: str) -> dict[str, Any]:
    return {
        "description": description,
        "epilog": None if examples is None else _EXAMPLES[examples],
        "formatter_class": argparse.RawDescriptionHelpFormatter,
        "allow_abbrev": False,
    }


class _Version(argparse.Action):
    """`--version`, looked up only when it is asked for."""

    def __init__(self, option_strings: Sequence[str], dest: str, **options: Any) -> None:
        super().__init__(option_strings, dest, nargs=0, **options)

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from rowcall import __version__

        print(f"rowcall {__version__}")
        parser.exit()


def _fill_query(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("sql", nargs="?", metavar="SQL", help="statements, separated by semicolons; standard input without it")
    parser.add_argument("-i", "--input", metavar="FILE", type=Path, help="read the statements from FILE")
    parser.add_argument(
        "--param",
        metavar="NAME=VALUE",
        type=parameter,
        action="append",
        default=[],
        help="a value for $NAME, as text; NAME:=VALUE takes JSON (a number, true, null, a list)",
    )
    _add_rows(parser)
    parser.add_argument("--dry-run", action="store_true", help="plan, print the requests a write would send, and send no write")
    parser.add_argument("--keep-going", action="store_true", help="run the statements after one that failed, too")
    add_session(parser)


def _add_rows(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("rows")
    group.add_argument("-o", "--output", metavar="FORMAT", type=_format, help=f"how rows are written: {', '.join(Format)}")
    group.add_argument("-f", "--file", metavar="OUTFILE", type=Path, help="write the rows there; an existing file is replaced on success")
    group.add_argument("--rows", type=positive, metavar="N", help="show N rows of a table at the most")
    group.add_argument("--width", type=natural, metavar="N", help="columns a table may take; 0 for as many as it needs")
    group.add_argument("--stats", action="store_true", help="say rows, time and requests of each statement on standard error")


def _fill_shell(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--vi", action="store_true", help="edit with the keys of Vi in place of those of Emacs")
    add_session(parser)


def _fill_demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="the sandbox's data; 0 unless said")
    add_limits(parser)


def _fill_sandbox(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("provider", nargs="?", default="openai", metavar="PROVIDER", help="whose API to serve; openai unless said")
    parser.add_argument("--provider", dest="named", metavar="NAME", help="the same, by its name as an option")
    parser.add_argument("--port", type=_port, default=0, metavar="N", help="a port of 127.0.0.1; a free one unless said")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="the data; 0 unless said")
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="KIND[:OPTIONS]",
        help="answer wrongly on purpose, as rate_limit:times=3; docs list them",
    )
    parser.add_argument("--latency", type=seconds, default=0.0, metavar="SECONDS", help="how much longer every answer takes")
    parser.add_argument("--rows", type=positive, metavar="N", help="how many rows there are of what is made up; 37 unless said")


def _fill_provider(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(title="actions", dest="action", metavar="ACTION", required=True)
    debug = "print the trace of an error"
    _action(actions, "list", "the providers there are", "List the providers there are.")
    show = _action(actions, "show", "what one provider offers", "Show the services and resources of a provider.")
    show.add_argument("name", metavar="NAME", help="the provider")
    check = _action(
        actions,
        "check",
        "find the faults of a manifest",
        "Check a manifest, and compare it with what its makers publish; exits with 1 for a fault.",
    )
    check.add_argument("path", metavar="PATH", type=Path, help="a manifest, or the folder of a provider")
    check.add_argument(
        "--against",
        metavar="FILE",
        type=Path,
        help="an OpenAPI or Swagger document, or a list of request lines; prints where the folder's manifest and it do not agree",
    )
    check.add_argument("-o", "--output", metavar="FORMAT", type=_format, help=" | ".join(Format))
    take = "Make a manifest of an OpenAPI or Swagger document; prints what is left to decide."
    imports = _action(actions, "import", "make a manifest of an OpenAPI or Swagger document", take)
    imports.add_argument("file", metavar="FILE", type=Path, help="the document, in YAML or JSON")
    imports.add_argument("--name", metavar="NAME", required=True, help="what the provider is called")
    imports.add_argument(
        "--service", metavar="NAME", action="append", default=[], help="a service to take; all unless said; repeat for several"
    )
    new = _action(actions, "new", "begin a manifest with one answer of an API", "Begin a manifest with one answer of an API.")
    new.add_argument("name", metavar="NAME", help="what the provider is called")
    new.add_argument(
        "--from-response", metavar="FILE|URL", required=True, help="JSON that the API answered, or an address that answers it without a key"
    )
    for each in (imports, new):
        each.add_argument(
            "--out", metavar="FOLDER", type=Path, help="where to write it, a folder that is not there; provider/NAME unless said"
        )
    add = _action(actions, "add", "copy a provider to where every session finds it", "Add the providers of a folder, a root, or a package.")
    add.add_argument("path", metavar="PATH", type=Path, help="a folder with a provider.yaml, of ours or StackQL's; a root of such; a .tgz")
    add.add_argument("--name", metavar="NEW", help="what statements are to call it; by default what it calls itself")
    remove = _action(actions, "remove", "forget a provider that was added", "Remove a provider that was added.")
    remove.add_argument("name", metavar="NAME", help="the provider")
    for action in actions.choices.values():
        action.add_argument("--debug", action="store_true", help=debug)


def _fill_apply(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("plan", metavar="FILE", type=Path, help="the file, as PLAN … INTO 'FILE' wrote it")
    parser.add_argument("--dry-run", action="store_true", help="look at all that is looked at, print what would be sent, and send no write")
    parser.add_argument("--again", action="store_true", help="also where it was applied before: all of it is sent once more")
    _add_rows(parser)
    add_session(parser)


def _fill_config(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(title="actions", dest="action", metavar="ACTION", required=True)
    show = _action(actions, "show", "every setting, its value, and where it comes from", "Show every setting.")
    show.add_argument("-o", "--output", metavar="FORMAT", type=_format, help=" | ".join(Format))
    add_settings(show)
    _action(actions, "path", "where the config file is, or would be", "Print where the config file is, or would be.")
    check = "Look for faults in the config file, with each of its profiles; exits with 1 for one."
    _action(actions, "check", "find the faults of the config file", check)
    for action in actions.choices.values():
        action.add_argument("--debug", action="store_true", help="print the trace of an error")
        action.set_defaults(parser=action)


def _fill_completion(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", metavar="SHELL", choices=SHELLS, help=" | ".join(SHELLS))
    parser.add_argument("words", nargs="*", metavar="WORD", help="complete the last of these words, instead, as the shell asks for it")


def _fill_journal(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(title="actions", dest="action", metavar="ACTION", required=True)
    _action(actions, "list", "the writes there were", "List the writes there were in the last 30 days, latest first.")
    _action(actions, "show", "each request of a write", "Show what was sent, and what became of it.")
    resume = _action(actions, "resume", "send what a write did not send", "Send what was not sent.")
    for name, action in actions.choices.items():
        if name != "list":
            action.add_argument("write", metavar="ID", help="the write, by its id or how that begins")
        _add_rows(action)
        add_session(action)
        action.add_argument("--debug", action="store_true", help="print the trace of an error")
    resume.add_argument("--dry-run", action="store_true", help="print what would be sent, and send nothing")
    resume.add_argument("--take-over", action="store_true", help="also where a process of the number of the one that sent it is alive")


_FILL = {
    "completion": _fill_completion,
    "config": _fill_config,
    "apply": _fill_apply,
    "journal": _fill_journal,
    "query": _fill_query,
    "shell": _fill_shell,
    "demo": _fill_demo,
    "sandbox": _fill_sandbox,
    "provider": _fill_provider,
}


def parameter(text: str) -> tuple[str, Any]:
    """The name and value of `name=text` or `name:=json`."""
    name, value = assignment(text)
    return name.removeprefix("$"), value


def _format(text: str) -> Format:
    try:
        return format_named(text)
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _port(text: str) -> int:
    if natural(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text} is not a port")
    return int(text)
