#!/bin/sh
# Makes the virtual environment with the first Python of 3.11 or newer, or says what is missing.
# Use: tools/make_venv.sh FOLDER      PYTHON=/path/to/python chooses another one.
set -eu

folder=$1
required='import sys; sys.exit(sys.version_info < (3, 11))'

chosen=
for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11 python}; do
    if command -v "$candidate" >/dev/null 2>&1 && "$candidate" -c "$required" 2>/dev/null; then
        chosen=$candidate
        break
    fi
done
if [ -z "$chosen" ]; then
    found=$( { ${PYTHON:-python3} --version; } 2>&1 || true)
    echo "error: Python 3.11 or newer is needed; found: ${found:-none}." >&2
    echo "Install one, or name one: make PYTHON=/path/to/python3.11 ..." >&2
    exit 1
fi

if ! "$chosen" -c 'import venv, ensurepip' 2>/dev/null; then
    echo "error: $("$chosen" --version) has no venv or ensurepip module, which make .venv." >&2
    echo "On Debian and Ubuntu: sudo apt-get install python3-venv" >&2
    exit 1
fi

# A failed attempt must not look like a finished one.
trap 'rm -rf "$folder"; echo "error: $folder could not be made." >&2' EXIT
"$chosen" -m venv "$folder"
trap - EXIT
