#!/bin/sh
# Makes a virtual environment anew and puts things into it, in order: requirements (*.txt, pinned with hashes), a wheel (what it depends
# on at the versions of duckdb-2.0.txt), another environment, whose packages are found after its own, or `.`, this checkout as it stands,
# so that edits are live.
# Usage: venv.sh PYTHON DIRECTORY THING...
set -eu
python=$1
venv=$2
shift 2

fail() {
    echo "error: $*" >&2
    exit 1
}

command -v "$python" >/dev/null || fail "there is no $python; name one with: make PYTHON=/path/to/python3 …"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "$("$python" --version) is too old, rowcall needs 3.11 or newer; name another with: make PYTHON=python3.13 …"

pip() {
    if [ -e "$venv/bin/pip" ]; then
        "$venv/bin/python" -m pip --disable-pip-version-check "$@"
    else
        "$python" -m pip --disable-pip-version-check --python "$venv/bin/python" "$@"
    fi
}

echo "Setting up $venv with $("$python" --version) for $*" >&2
if "$python" -c 'import ensurepip' 2>/dev/null; then
    "$python" -m venv --clear "$venv"
elif "$python" -m pip --version >/dev/null 2>&1; then
    # Debian keeps ensurepip in a package of its own; the pip beside the interpreter serves as well.
    "$python" -m venv --clear --without-pip "$venv"
else
    fail "$python has neither ensurepip nor pip; on Debian and Ubuntu: apt install python3-venv, or python3-pip"
fi
pip install --quiet --no-input --no-compile --require-hashes --requirement requirements/pip.txt
for thing in "$@"; do
    if [ -e "$thing/pyvenv.cfg" ]; then
        packages='import sysconfig; print(sysconfig.get_path("purelib"))'
        "$thing/bin/python" -c "$packages" >"$("$venv/bin/python" -c "$packages")/base.pth"
        continue
    fi
    case $thing in
        # Compiling every module takes as long as all else together; Python compiles those that are imported.
        *.txt) pip install --quiet --no-input --no-compile --require-hashes --requirement "$thing" ;;
        *.whl)
            sed -n 's/^\([a-z0-9-]*==[^ ;]*\).*/\1/p' requirements/duckdb-2.0.txt >"$venv/constraints"
            pip install --quiet --no-input --constraint "$venv/constraints" "$thing"
            ;;
        # What builds the project is pinned as well, so nothing is fetched here.
        *) pip install --quiet --no-input --no-deps --no-build-isolation --editable "$thing" ;;
    esac
done
