#!/bin/sh
# The browser tests need a Chromium. Installs Debian's when root, apt is here and no browser is; else says nothing:
# the tests skip with a reason, and fail where CI=true (tools/browser_tests_must_run.py).
set -u
for browser in chromium chromium-browser google-chrome google-chrome-stable; do
  if command -v "$browser" >/dev/null 2>&1; then exit 0; fi
done
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then exit 0; fi
echo "Installing chromium for the browser tests ..."
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
wait_for_lock="-o DPkg::Lock::Timeout=300"
# shellcheck disable=SC2086
if ! { apt-get $wait_for_lock -qq update && apt-get $wait_for_lock -qq -y --no-install-recommends install chromium; } >"$log" 2>&1 </dev/null; then
  tail -n 5 "$log"
  echo "chromium could not be installed; the browser tests will be skipped"
fi
rm -f "$log"
