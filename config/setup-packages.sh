#!/bin/sh
# Installs the Debian packages of packages.txt that this machine lacks.
set -eu
here=$(cd "$(dirname "$0")" && pwd)

missing=
for package in $(sed 's/#.*//' "$here/packages.txt"); do
    state=$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true)
    [ "$state" = "install ok installed" ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

install="apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends$missing"
if [ "$(id -u)" = 0 ]; then
    echo "installing:$missing"
    sh -c "$install" >&2
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    echo "installing with sudo:$missing"
    sudo sh -c "$install" >&2
else
    echo "These packages are missing. Run this line as root, then try again:" >&2
    echo "  $install" >&2
    exit 1
fi
