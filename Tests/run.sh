#!/bin/sh
# Builds everything and runs each test target in a process of its own: real servers, databases and faults of one target must
# not starve those of another on a small machine. Names of targets as arguments run only these.
#
# What follows a story in a browser or by thousands of requests has no limits of time that a neighbour could overrun, and takes
# minutes: it runs beside the other targets. The faults of EndToEndTests (kills, full disks, stops within ten seconds) come
# afterwards in two streams, because each of them mostly waits.
#
# Real servers have time limits, and a machine that stalls can overrun one: a target that fails is run once more, and the output
# says so. What fails twice has failed. What failed, even once, and what was skipped stand again at the end, where one looks.
set -u
cd "$(dirname "$0")/.."

stories='EndToEnd/(APIFuzz|Browser|DemoTour|Story|WholeWay)Tests'

# Several options, or none.
# shellcheck disable=SC2086
swift build ${BUILD_FLAGS-} --build-tests || exit 1
# The program itself, since of two `swift test` one waits for the other.
tests=$(swift build ${BUILD_FLAGS-} --show-bin-path)/songdaPackageTests.xctest

output=$(mktemp -d) || exit 1
trap 'rm -rf "$output"' EXIT

# A name for the output, and the options that choose the tests; two may run at once, since nothing is built.
run() {
    name=$1
    shift
    echo "== $name"
    # A pipe has the status of its last command only, so the first one's is written down.
    {
        "$tests" --testing-library swift-testing "$@" 2>&1
        echo $? >"$output/$name.status"
    } | tee "$output/$name"
    [ "$(cat "$output/$name.status")" = 0 ] && return
    [ -e "$output/$name.first" ] && { echo "$name" >>"$output/failed"; return; }
    echo "== $name failed; once more"
    mv "$output/$name" "$output/$name.first"
    run "$name" "$@"
}

# The lines of a target that did not pass, or the tests it left out.
repeat() {
    grep -aE "$1" "$2" | sort -u | head -40 >&2
}

if [ $# -gt 0 ]; then
    for target; do run "$target" --filter "^$target\\."; done
else
    run Stories --filter "^EndToEndTests\\.$stories" >"$output/beside" 2>&1 &
    beside=$!
    for target in $(ls -d Tests/*Tests | sed 's|.*/||'); do
        [ "$target" = EndToEndTests ] || run "$target" --filter "^$target\\."
    done
    wait "$beside"
    cat "$output/beside"
    # By the first letter of a suite; the halves take about as long as each other.
    run EndToEndTests-A-K --filter '^EndToEndTests\.EndToEnd/[A-K]' --skip "$stories" >"$output/beside" 2>&1 &
    beside=$!
    run EndToEndTests-L-Z --filter '^EndToEndTests\.EndToEnd/[L-Z]' --skip "$stories"
    wait "$beside"
    cat "$output/beside"
fi

for status in "$output"/*.status; do
    name=${status##*/} name=${name%.status}
    repeat 'Test .* skipped' "$output/$name"
    [ -e "$output/$name.first" ] || continue
    echo "failed once: $name" >&2
    repeat '✘|rror:' "$output/$name.first"
done
[ -e "$output/failed" ] || exit 0
for name in $(cat "$output/failed"); do
    echo "failed twice: $name" >&2
    repeat '✘|rror:' "$output/$name"
done
exit 1
