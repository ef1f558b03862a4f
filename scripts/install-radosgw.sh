#!/usr/bin/env bash
# Installs Ceph's S3 server (about 270 MB), against which the tests run the S3 adapter, from Debian's packages. Where that
# cannot be done it says so; the tests then are skipped, and say so too.
set -euo pipefail

for program in ceph ceph-mon ceph-osd radosgw radosgw-admin; do
  command -v "$program" >/dev/null || missing=yes
done
[ "${missing:-}" ] || exit 0

if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
  echo "radosgw is not installed: that needs apt-get and root. The tests that need it are skipped."
  exit 0
fi

export DEBIAN_FRONTEND=noninteractive
# Another program may be installing something.
apt="apt-get --option DPkg::Lock::Timeout=120 --quiet=2"
if ! { $apt update && $apt install --yes --no-install-recommends ceph-base ceph-common ceph-mon ceph-osd radosgw; } >/dev/null; then
  echo "radosgw could not be installed. The tests that need it are skipped."
fi
