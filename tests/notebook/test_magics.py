"""The magics, in a real kernel."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.notebook.conftest import Kernel


def test_a_line_answers_rows(kernel: Kernel) -> None:
    """A statement on a line has rows as text and as HTML, with a semicolon too."""
    answer = kernel("%rowcall SELECT 1 AS n, 'x' AS t;")

    assert "│     1 │ x       │" in answer.text
    assert "1 row · " in answer.text
    assert '<td class="number">1</td><td>x</td>' in answer.html


def test_a_cell_runs_its_statements_in_turn(kernel: Kernel) -> None:
    """The rows of the last are shown, with the requests of all."""
    answer = kernel(
        "tid = threads[1]",
        "%%rowcall\nCREATE OR REPLACE TABLE mine AS SELECT id FROM runs WHERE thread_id = {tid};\nSELECT count(*) > 0 AS any FROM mine",
    )

    assert "true" in answer.text
    assert "1 row · " in answer.text
    assert " · 1 request" in answer.text


@pytest.mark.parametrize("cell", ["%rowcall kept << SELECT 7 AS n", "%%rowcall kept <<\nSELECT 7 AS n", "%%rowcall\nkept << SELECT 7 AS n"])
def test_a_result_is_kept_in_a_variable(kernel: Kernel, cell: str) -> None:
    """`name <<` keeps it and shows nothing."""
    answer = kernel("kept = None", cell)

    assert (answer.text, answer.html, answer.printed) == ("", "", "")
    assert kernel.value("kept.fetchall()") == [(7,)]


def test_a_line_is_an_expression_of_python(kernel: Kernel) -> None:
    """`x = %rowcall …` keeps the result, and IPython's `_` is the last one that was shown."""
    assert kernel("x = %rowcall SELECT 8 AS n").text == ""
    assert kernel.value("x.fetchall()") == [(8,)]

    kernel("%rowcall SELECT 9 AS n")

    assert kernel("_.fetchall()").text == "[(9,)]"


def test_a_result_is_data_frames_in_one_call(kernel: Kernel) -> None:
    """pandas, polars and Arrow, from the result itself."""
    kernel("%rowcall r << SELECT 1 AS n UNION ALL SELECT 2 ORDER BY n")

    assert kernel.value("r.df()['n'].tolist(), r.pl()['n'].to_list(), r.arrow()['n'].to_pylist(), len(r)") == ([1, 2], [1, 2], [1, 2], 2)
    assert kernel.value("__import__('polars').DataFrame(r)['n'].to_list()") == [1, 2]


def test_data_frames_and_results_are_tables(kernel: Kernel) -> None:
    """pandas, polars, and results of before, of another session too, are named as tables."""
    kernel(
        "import pandas, polars\np = pandas.DataFrame({'a': [1]})\nq = polars.DataFrame({'b': [2]})",
        "%rowcall r << SELECT 3 AS c",
        "%rowcall close",
        "%rowcall o << SELECT 4 AS d",
        "%rowcall use db",
    )

    assert kernel("%rowcall SELECT a, b, c, d FROM p, q, r, o").html.count('<td class="number">') == 4


def test_variables_of_a_function_are_tables_and_values(kernel: Kernel) -> None:
    """A magic in a function sees what the function sees."""
    kernel(
        "import pandas\ndef f(n):\n    own = pandas.DataFrame({'a': [5]})\n    x = %rowcall SELECT a + {n} AS s FROM own\n    return x.fetchall()"
    )

    assert kernel("f(10)").text == "[(15,)]"


def test_a_function_keeps_a_result_for_the_notebook(kernel: Kernel) -> None:
    """`name <<` in a function is a variable of the notebook, as a function's own cannot be made from outside."""
    kernel("def f(n):\n    %rowcall kept << SELECT {n} AS n", "f(6)")

    assert kernel.value("kept.fetchall()") == [(6,)]


def test_an_error_is_one_block_without_a_trace(kernel: Kernel) -> None:
    """The message, the place, and the next step; the cell has failed all the same."""
    answer = kernel("%rowcall SELECT id FROM rums WHERE thread_id = 'x'")

    assert answer.error.startswith("error: ")
    assert "LINE 1: SELECT id FROM rums" in answer.error
    assert "\n                       ^^^^" in answer.error
    assert "Traceback" not in answer.error
    assert "magics.py" not in answer.error


def test_what_duckdb_refuses_is_one_block_too(kernel: Kernel) -> None:
    """An error of DuckDB's own, when rows are read, is shown as its message."""
    answer = kernel("%rowcall SELECT 'x'::INTEGER")

    assert answer.error.startswith("error: ")
    assert "Traceback" not in answer.error


def test_a_statement_runs_as_it_stands(kernel: Kernel) -> None:
    """IPython's own `{…}` and `$…`, which put text into a line, are off."""
    kernel("n = '1; DROP TABLE t'")

    assert kernel("%rowcall SELECT '{n} $n' AS t, {n} AS v").html.count("<td>") == 2
    assert "DROP TABLE" in kernel("%rowcall SELECT {n} AS v").text


def test_warnings_stand_in_a_box_and_are_not_printed(kernel: Kernel) -> None:
    """What the report warns of is shown with the result."""
    answer = kernel(
        "%rowcall SET rowcall_on_error = 'partial'",
        "tid = 'thread_none'",
        "%rowcall SELECT id FROM runs WHERE thread_id = {tid}",
    )
    kernel("%rowcall RESET rowcall_on_error")

    assert '<div class="warns">warning: Partial result: ' in answer.html
    assert "warning: Partial result: " in answer.text
    assert "PARTIAL" in answer.text
    assert answer.errors == ""


def test_help_is_printed(kernel: Kernel) -> None:
    """`%rowcall`, `%rowcall help` and `%rowcall?` say what there is; the options of `connect` too."""
    for line in ("%rowcall", "%rowcall help"):
        printed = kernel(line).printed
        assert "%rowcall apply" in printed
        assert "--sandbox" in printed
    assert "--yes" not in kernel("%rowcall help").printed.replace("with --yes", "")


def test_a_command_that_is_misspelt_is_told_what_it_may_be(kernel: Kernel) -> None:
    """Alone and before options; a word that looks like none is a statement."""
    assert kernel("%rowcall conect --sandbox").error == 'error: There is no command "conect"; did you mean %rowcall connect?'
    assert kernel("%rowcall aply").error == 'error: There is no command "aply"; did you mean %rowcall apply?'
    assert "Parser Error" in kernel("%rowcall SELEC").error
    assert kernel("%rowcall BEGIN", "%rowcall COMMIT").error == ""


def test_nothing_to_run_is_said(kernel: Kernel) -> None:
    """A cell that holds a comment alone is an error that says so."""
    assert kernel("%%rowcall\n-- nothing").error == "error: There is no statement to run."


def test_use_takes_a_session_or_is_the_statement(kernel: Kernel) -> None:
    """`use NAME` of a variable that holds a session takes it; any other USE is SQL's."""
    kernel("other = rowcall.connect(providers=box.providers, journal=':memory:')", "%rowcall use other")
    assert kernel("%rowcall SELECT id FROM runs LIMIT 1").error != ""

    kernel("%rowcall USE openai.assistants")
    assert kernel.value("other.use") == ("openai", "assistants")
    assert kernel("%rowcall use nothing_here").error.startswith("error: ")

    kernel("%rowcall use db")


def test_connect_takes_the_options_of_the_command_line(kernel: Kernel) -> None:
    """`--sandbox` starts one, `--database` opens a file, and what is wrong is said without opening anything."""
    assert "sandbox_threads" in kernel("%rowcall connect --sandbox --seed 3 --max-requests 7").printed
    assert "│    44 │" in kernel("%rowcall SELECT count(*)::INTEGER AS n FROM sandbox_threads").text
    assert "│ 7 " in kernel("%rowcall SHOW SETTINGS").text
    assert "did you mean --sandbox?" in kernel("%rowcall connect --sandbx").error
    assert "is not a whole number" in kernel("%rowcall connect --max-requests many").error
    assert "cannot be read" in kernel("%rowcall connect --set 'x").error
    assert "│    44 │" in kernel("%rowcall SELECT count(*)::INTEGER AS n FROM sandbox_threads").text

    kernel(
        "%rowcall connect --database here.duckdb", "%rowcall CREATE TABLE kept AS SELECT 5 AS n", "%rowcall connect --database here.duckdb"
    )
    assert "│     5 │" in kernel("%rowcall FROM kept").text

    assert kernel("%rowcall close").printed == "Closed.\n"
    assert kernel("%rowcall close").printed == "Nothing was open.\n"
    kernel("%rowcall use db")


def test_sql_is_left_to_who_has_it() -> None:
    """`%sql` is ours where nothing else has that name, and `import rowcall` loads nothing of IPython's."""
    code = (
        "import rowcall, sys; assert 'IPython' not in sys.modules and 'tqdm' not in sys.modules\n"
        "from IPython.core.interactiveshell import InteractiveShell as Shell\n"
        "shell = Shell.instance()\n"
        "if len(sys.argv) > 1: shell.register_magic_function(lambda line: 'theirs', 'line', 'sql')\n"
        "shell.run_line_magic('load_ext', 'rowcall')\n"
        "print(repr(shell.run_line_magic('sql', 'SELECT 1 AS n')))"
    )

    ours, theirs = (
        subprocess.run([sys.executable, "-c", code, *more], capture_output=True, text=True, check=True).stdout for more in ([], ["taken"])
    )

    assert "│     1 │" in ours
    assert theirs == "'theirs'\n"


def test_loading_again_changes_nothing(kernel: Kernel) -> None:
    """`%reload_ext` keeps the session, for `%sql` as for `%rowcall`."""
    kernel("%reload_ext rowcall", "tid = threads[0]")

    for magic in ("%rowcall", "%sql"):
        assert kernel(f"{magic} SELECT count(*) > 0 AS any FROM runs WHERE thread_id = {{tid}}").error == ""


def test_without_tqdm_there_is_no_bar_and_all_else() -> None:
    """It is the extra `notebook` that brings it."""
    code = (
        "import sys; sys.modules['tqdm'] = None\n"
        "from IPython.core.interactiveshell import InteractiveShell as Shell\n"
        "shell = Shell.instance()\n"
        "shell.run_line_magic('load_ext', 'rowcall')\n"
        "print(repr(shell.run_line_magic('rowcall', 'SELECT 1 AS n')))"
    )

    assert "│     1 │" in subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
