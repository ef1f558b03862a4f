#!/bin/sh
# Installs the PostgreSQL server that tests start themselves, on Debian and Ubuntu.
set -eu
ls /usr/lib/postgresql/*/bin/initdb > /dev/null 2>&1 && exit 0
export DEBIAN_FRONTEND=noninteractive
# Without a cluster that starts with the machine.
mkdir -p /etc/postgresql-common
[ -e /etc/postgresql-common/createcluster.conf ] || echo "create_main_cluster = false" > /etc/postgresql-common/createcluster.conf
apt-get update
apt-get install --yes --no-install-recommends postgresql
