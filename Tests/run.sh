#!/bin/sh
# Builds everything and runs each test target in a process of its own: real servers, databases and faults of one target must
# not starve those of another on a small machine. Names of targets as arguments run only these.
#
# Real servers have time limits, and a machine that stalls can overrun one: a target that fails is run once more, and the output
# says so. What fails twice has failed. What failed, even once, and what was skipped stand again at the end, where one looks.
set -u
cd "$(dirname "$0")/.."

swift build --build-tests || exit 1

output=$(mktemp -d) || exit 1
trap 'rm -rf "$output"' EXIT

run() {
    # A pipe has the status of its last command only, so the first one's is written down.
    { swift test --skip-build --filter "^$1\\." 2>&1; echo $? >"$output/status"; } | tee "$output/$1"
    [ "$(cat "$output/status")" = 0 ]
}

# The lines of a target that did not pass, or the tests it left out.
repeat() {
    grep -aE "$1" "$2" | sort -u | head -40 >&2
}

targets=${*:-$(ls -d Tests/*Tests | sed 's|.*/||')}
failed=
for target in $targets; do
    echo "== $target"
    run "$target" && continue
    echo "== $target failed; once more"
    mv "$output/$target" "$output/$target.first"
    run "$target" || failed="$failed $target"
done
for target in $targets; do
    repeat 'Test .* skipped' "$output/$target"
    [ -e "$output/$target.first" ] || continue
    echo "failed once: $target" >&2
    repeat '✘|rror:' "$output/$target.first"
done
[ -z "$failed" ] && exit 0
for target in $failed; do
    echo "failed twice: $target" >&2
    repeat '✘|rror:' "$output/$target"
done
exit 1
