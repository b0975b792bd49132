#!/bin/sh
# Writes the pinned requirements: lock.sh UV [OPTION...], options as for `uv pip compile`, such as --upgrade.
# What is pinned serves every Python and platform that pyproject.toml supports, and names no index.
set -eu
uv=$1
shift
cd "$(dirname "$0")/.."

# Extras are kept in the names: an older pip looks for `coverage[toml]` apart from `coverage`, and takes the newest, which has no hash here.
compile() {
    # Settings of this machine (mirrors, local wheels) must not show in files that others install from.
    env -u UV_INDEX -u UV_INDEX_URL -u UV_DEFAULT_INDEX -u UV_EXTRA_INDEX_URL -u UV_FIND_LINKS \
        "$uv" pip compile --quiet --no-config --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
        --no-strip-extras --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" "$@"
}

compile "$@" pyproject.toml --extra arrow --extra test --extra docs --extra dev \
    --constraint requirements/duckdb-2.0.in --output-file requirements/duckdb-2.0.txt
compile "$@" requirements/duckdb-1.5.in --output-file requirements/duckdb-1.5.txt

# What installs the others: the pip that comes with Python 3.11 takes twice as long over the same files.
echo "pip" | compile "$@" - --output-file requirements/pip.txt

# A server that is not ours, for the tests to run against; it wants an older `openai`, so it has an environment of its own.
echo "openai-responses" | compile "$@" - --output-file requirements/other-servers.txt

# Tools that take any database's connection, for the tests of ours; what they share with `.venv` is of its versions.
printf '%s\n' jupysql marimo | compile "$@" - --constraint requirements/duckdb-2.0.txt --output-file requirements/sql-tools.txt

# Harlequin, with what rowcall and its build need: it wants other versions than `.venv` has, so that nothing is shared.
printf '%s\n' hatchling editables | compile "$@" pyproject.toml - --extra harlequin --output-file requirements/harlequin.txt

# What `make bench` measures rowcall beside, each in an environment of its own.
for rival in "openai openai pandas" "httpx httpx orjson pandas" "dlt dlt[duckdb] pyarrow" "dbfy dbfy" "httpfs duckdb-extension-httpfs" \
    "shillelagh shillelagh[genericjsonapi]"; do
    # shellcheck disable=SC2086 - the words after the first are packages
    printf '%s\n' ${rival#* } | compile "$@" - --output-file "requirements/bench-${rival%% *}.txt"
done

# The compiled build has the version of sqlglot that the first file pins.
sqlglot=$(sed -n 's/^sqlglot==\([^ ]*\).*/\1/p' requirements/duckdb-2.0.txt)
echo "sqlglot[c]==$sqlglot" | compile "$@" - --output-file requirements/compiled.txt
