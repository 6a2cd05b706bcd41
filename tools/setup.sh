#!/bin/sh
# Finds a Python >= 3.11 and lets tools/environment.py make or refresh .venv with it.
# A Python that was named (make setup PYTHON=...) is taken or refused, never replaced in silence.
set -eu
cd "$(dirname "$0")/.."

fits() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

if [ -n "${PYTHON:-}" ]; then
  command -v "$PYTHON" >/dev/null 2>&1 || { echo "setup: there is no $PYTHON here" >&2; exit 1; }
  version=$("$PYTHON" -V 2>/dev/null) || { echo "setup: $PYTHON does not start" >&2; exit 1; }
  fits "$PYTHON" || { echo "setup: Axiometer needs Python 3.11 or newer; $PYTHON is $version" >&2; exit 1; }
  exec "$PYTHON" tools/environment.py setup --chosen "$@"
fi
for candidate in python3 python3.13 python3.12 python3.11 python3.14 python; do
  if fits "$candidate"; then exec "$candidate" tools/environment.py setup "$@"; fi
done
echo "setup: Axiometer needs Python 3.11 or newer and found none (name one: make setup PYTHON=/path/to/python3)" >&2
exit 1
