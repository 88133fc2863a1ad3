#!/bin/sh
# The three cases of the articles, told with nothing but the command line: sh stories/run.sh [1] [2] [3]
#
# Each ends in a dossier that songda-verify finds sound. Everything is real but the last hop: a rehearsal on this machine
# that gives nothing to anybody. Run it in the project's root after `make demo` has built the programs.
# FORGET=1 clears everything away afterwards.
# What takes weeks or months in life (a clock that runs out, three months without an order) cannot be shown in one sitting;
# the tests named *StoryTests run the same stories with a clock of their own.
set -eu
umask 077
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
PATH="${SONGDA_PROGRAMS:-$root/.build/debug}:$PATH"
export PATH
port=${PORT:-18090}
house=$(mktemp -d "${TMPDIR:-/tmp}/songda-stories.XXXXXX")
server=http://127.0.0.1:$port
. stories/lib.sh

sed -e "s#^database:.*#database: sqlite:$house/songda.db#" -e "s#^keys:.*#keys: $house/keys#" \
    -e "s#^trust:.*#trust: $house/trust#" -e "s#^witness:.*#witness: $house/songda.witness#" \
    -e "s#^  port: .*#  port: $port#" config/songda.yaml > "$house/songda.yaml"
mkdir -p "$house/trust"
songda keygen --config "$house/songda.yaml" > "$house/log"
songda keygen --config "$house/songda.yaml" --seal acme --name '示例科技（上海）有限公司' \
    --credit-code 91310000MA1FL3X2Y0 >> "$house/log"
for one in office:hr,administer,issue,read program:integrate legal:approve,read manager:approve,read; do
    songda keys add --config "$house/songda.yaml" --name "${one%%:*}" --scopes "${one#*:}" |
        sed -n 's/^\(sd_.*\)/\1/p' > "$house/${one%%:*}.key"
done
songda serve --config "$house/songda.yaml" >> "$house/log" 2>&1 &
serving=$!
close_house() {
    kill $serving 2> /dev/null || true
    wait $serving 2> /dev/null || true
    if [ -n "${FORGET:-}" ]; then rm -rf "$house"; fi
}
trap close_house EXIT
trap 'exit 1' INT TERM
until_true "the server answers" curl -fs "$server/healthz"

curl -fsS -X PUT "$server/v1/issuers/acme" -H "Authorization: Bearer $(cat "$house/office.key")" \
    -H 'Content-Type: application/json' -d '{ "fullName": "示例科技（上海）有限公司",
    "creditCode": "91310000MA1FL3X2Y0", "contact": "人力资源部 021-61234567", "mailbox": "hr@acme.example",
    "smsSignature": "示例科技" }' > /dev/null
make_company
for story in ${*:-1 2 3}; do
    case $story in
        1) . stories/1-salesperson.sh ;;
        2) . stories/2-chain-store.sh ;;
        3) . stories/3-vanished-manager.sh ;;
        *) echo "there is no story \"$story\"; there are 1, 2 and 3" >&2; exit 64 ;;
    esac
done
echo
if [ -z "${FORGET:-}" ]; then echo "The dossiers and everything behind them are in $house"; fi
