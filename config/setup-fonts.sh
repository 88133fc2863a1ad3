#!/bin/sh
# Makes the fonts of formal notices: setup-fonts.sh [OUTDIR]   (default: var/fonts of this repository)
# Runs once (about a minute); afterwards it sees that nothing changed and returns at once.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/../var/fonts}
noto=${SONGDA_NOTO:-/usr/share/fonts/opentype/noto}
python=/usr/bin/python3 # Debian's own: another python3 on the PATH would not see python3-fonttools

fail() {
    echo "setup-fonts: $*" >&2
    exit 1
}

for file in NotoSerifCJK-Regular.ttc NotoSerifCJK-Bold.ttc NotoSansCJK-Regular.ttc; do
    [ -r "$noto/$file" ] || fail "$noto/$file is missing; install it with: apt-get install fonts-noto-cjk"
done

mkdir -p "$out" || fail "cannot create $out; give a directory this user can write to"
exec 9>"$out/.lock"
flock 9 # two builds at once: the second waits, then finds the work done

state=$({
    cat "$here/fonts/cut.py" "$here/fonts/name-characters.txt" "$here/setup-fonts.sh"
    stat -L -c '%n %s %Y' "$noto"/NotoS*CJK-*.ttc
} | sha256sum | cut -d' ' -f1)
names="SongdaSong-Regular.otf SongdaSong-Bold.otf SongdaMono-Regular.otf SongdaFallback-Regular.ttc SongdaFallback-Bold.ttc"
if [ "$(cat "$out/.state" 2>/dev/null || true)" = "$state" ]; then
    complete=yes
    for name in $names; do [ -s "$out/$name" ] || complete=no; done
    [ $complete = yes ] && exit 0
fi

[ -x "$python" ] && "$python" -c 'import fontTools.subset' 2>/dev/null ||
    fail "Python's fontTools is missing; install it with: apt-get install python3-fonttools"

echo "setup-fonts: cutting the fonts of formal notices (once, about a minute)" >&2
rm -f "$out/.state"
work=$(mktemp -d "$out/.work.XXXXXX")
trap 'rm -rf "$work"' EXIT
cut_font() { "$python" "$here/fonts/cut.py" "$@" || fail "could not cut $1; see the message above"; }
cut_font "$noto/NotoSerifCJK-Regular.ttc" 'Noto Serif CJK SC' 'Songda Song' Regular song "$work/SongdaSong-Regular.otf" &
first=$!
cut_font "$noto/NotoSerifCJK-Bold.ttc" 'Noto Serif CJK SC' 'Songda Song' Bold song "$work/SongdaSong-Bold.otf"
cut_font "$noto/NotoSansCJK-Regular.ttc" 'Noto Sans Mono CJK SC' 'Songda Mono' Regular mono "$work/SongdaMono-Regular.otf"
wait $first || exit 1
# The full fonts are only pointed at: they are read when a document needs a rare character.
ln -s "$noto/NotoSerifCJK-Regular.ttc" "$work/SongdaFallback-Regular.ttc"
ln -s "$noto/NotoSerifCJK-Bold.ttc" "$work/SongdaFallback-Bold.ttc"
for name in $names; do mv -f "$work/$name" "$out/$name"; done
echo "$state" >"$out/.state"
