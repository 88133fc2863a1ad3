#!/bin/sh
# Makes the Python environment of the baseline of P13: WeasyPrint and a QR code writer from PyPI, in fixed versions, in a
# directory of their own.
set -eu
directory=$1
stamp="$directory/made-for"
wanted="weasyprint==70.0 segno==1.6.6"
[ "$(cat "$stamp" 2>/dev/null || true)" = "$wanted" ] && exit 0

python3 -m venv "$directory"
# shellcheck disable=SC2086 # words on purpose
"$directory/bin/pip" install --quiet --disable-pip-version-check $wanted
printf '%s' "$wanted" >"$stamp"
