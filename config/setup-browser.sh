#!/bin/sh
# Makes the Python environment in which the tests drive Chromium and make up requests from the description of the API:
# PyPI packages of fixed versions, in a directory of their own.
set -eu
directory=$1
stamp="$directory/made-for"
wanted="playwright==1.65.2 axe-core-python==0.1.0 schemathesis==4.32.5"
[ "$(cat "$stamp" 2>/dev/null || true)" = "$wanted" ] && exit 0

python3 -m venv "$directory"
# shellcheck disable=SC2086 # words on purpose
"$directory/bin/pip" install --quiet --disable-pip-version-check $wanted
printf '%s' "$wanted" >"$stamp"
