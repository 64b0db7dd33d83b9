#!/bin/sh
# Brings the programs the tests run for real: a broker, a browser and a database server from Debian's packages.
# As root or with passwordless sudo it installs them; otherwise one line says what to install.
set -u
missing=""
[ -x /usr/sbin/mosquitto ] || command -v mosquitto >/dev/null 2>&1 || missing="$missing mosquitto"
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
[ -n "$missing" ] || exit 0

if command -v apt-get >/dev/null 2>&1; then
  if [ "$(id -u)" = 0 ]; then as_root=""
  elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then as_root="sudo"
  else as_root="no"
  fi
  if [ "$as_root" != no ]; then
    echo "Installing for the tests:$missing"
    $as_root apt-get update -qq \
      && DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null \
      && exit 0
    echo "apt-get could not install:$missing" >&2
  fi
fi
echo "The tests that need them will be skipped (and fail when CI=true). Install: apt-get install$missing" >&2
exit 0
