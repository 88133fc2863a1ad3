#!/bin/sh
# Makes the Python environment of Canaille, the identity provider through which the tests sign in: a PyPI package of a fixed
# version, in a directory of its own.
set -eu
directory=$1
stamp="$directory/made-for"
wanted="canaille[front,oidc,otp,server,sqlite]==0.3.6"
[ "$(cat "$stamp" 2>/dev/null || true)" = "$wanted" ] && exit 0

python3 -m venv "$directory"
"$directory/bin/pip" install --quiet --disable-pip-version-check "$wanted"
printf '%s' "$wanted" >"$stamp"
