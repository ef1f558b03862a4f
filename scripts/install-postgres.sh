#!/usr/bin/env bash
# Installs the PostgreSQL server that the tests start themselves, from Debian's packages. Where that cannot be done it says
# so; the tests then are skipped, and say so too.
set -euo pipefail

if command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then exit 0; fi

if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
  echo "PostgreSQL is not installed: that needs apt-get and root. The tests that need it are skipped."
  exit 0
fi

export DEBIAN_FRONTEND=noninteractive
# Without a cluster that starts with the machine.
mkdir -p /etc/postgresql-common
[ -e /etc/postgresql-common/createcluster.conf ] || echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf
# Another program may be installing something.
apt="apt-get --option DPkg::Lock::Timeout=120 --quiet=2"
if ! { $apt update && $apt install --yes --no-install-recommends postgresql; } >/dev/null; then
  echo "PostgreSQL could not be installed. The tests that need it are skipped."
fi
