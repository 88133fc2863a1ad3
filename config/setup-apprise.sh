#!/bin/sh
# Makes the Python environment of the baseline of P1c: Apprise from PyPI, with all it needs in fixed versions, in a directory
# of its own.
set -eu
directory=$1
stamp="$directory/made-for"
wanted="apprise==2.2.0 certifi==2026.10.18 charset-normalizer==3.5.2 click==8.5.1 idna==3.20 Markdown==3.11.3
oauthlib==4.0.1 PyYAML==6.0.3 requests==2.34.2 requests-oauthlib==2.0.0 urllib3==2.8.0"
[ "$(cat "$stamp" 2>/dev/null || true)" = "$wanted" ] && exit 0

python3 -m venv "$directory"
# shellcheck disable=SC2086 # words on purpose
"$directory/bin/pip" install --quiet --disable-pip-version-check --no-deps $wanted
printf '%s' "$wanted" >"$stamp"
