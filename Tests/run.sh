#!/bin/sh
# Builds everything and runs each test target in a process of its own: real servers, databases and faults of one target must
# not starve those of another on a small machine. Names of targets as arguments run only these.
#
# Real servers have time limits, and a machine that stalls can overrun one: a target that fails is run once more, and the output
# says so. What fails twice has failed.
set -u
cd "$(dirname "$0")/.."

swift build --build-tests || exit 1

targets=${*:-$(ls -d Tests/*Tests | sed 's|.*/||')}
failed=
for target in $targets; do
    echo "== $target"
    swift test --skip-build --filter "^$target\\." && continue
    echo "== $target failed; once more"
    swift test --skip-build --filter "^$target\\." || failed="$failed $target"
done
[ -z "$failed" ] || { echo "failed:$failed" >&2; exit 1; }
