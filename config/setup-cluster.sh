#!/bin/sh
# Makes what the tests need of a PostgreSQL cluster: Patroni from PyPI, in a fixed version, and etcd from its Debian package, both
# unpacked in a directory of their own. Nothing is installed: Debian's packages would start services on this machine.
set -eu
directory=$1
stamp="$directory/made-for"
wanted="patroni[etcd3]==4.1.5 psycopg2-binary==2.9.13"
[ "$(cat "$stamp" 2>/dev/null || true)" = "$wanted, etcd" ] && exit 0

# Debian's own Python: one below somebody's home could not be run by the user whom PostgreSQL runs as.
/usr/bin/python3 -m venv "$directory"
# shellcheck disable=SC2086 # words on purpose
"$directory/bin/pip" install --quiet --disable-pip-version-check $wanted

# The package's archive passes through a place that also apt's own user may write.
archive=$(mktemp -d)
trap 'rm -rf "$archive"' EXIT
chmod 755 "$archive"
if [ "$(id -u)" = 0 ] && getent passwd _apt >/dev/null; then chown _apt "$archive"; fi
fetch() { (cd "$archive" && apt-get download --quiet --quiet etcd-server); }
if ! fetch; then
    # The lists are older than what the mirror has, or there are none.
    [ "$(id -u)" != 0 ] || apt-get update --quiet --quiet
    fetch || {
        echo "etcd-server: apt-get download finds no such package; run \`apt-get update\` as root, and check that" \
            "/etc/apt/sources.list names a mirror of Debian 12" >&2
        exit 1
    }
fi
dpkg --fsys-tarfile "$archive"/etcd-server_*.deb | tar -xO ./usr/bin/etcd >"$directory/bin/etcd"
chmod 755 "$directory/bin/etcd"
printf '%s' "$wanted, etcd" >"$stamp"
