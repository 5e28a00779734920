#!/bin/sh
# Installs what a lock file holds into a virtual environment, each file checked by its hash.
# Use: tools/install_locked.sh VENV LOCK
# uv, itself locked, takes a tenth of pip's time; where it can't (a platform it isn't made for, an
# index that only pip has been told of) pip does the work.
set -eu

venv=$1
lock=$2
here=$(dirname "$0")/..

pip() {
    "$venv/bin/python" -m pip --disable-pip-version-check --quiet "$@"
}

with_uv() {
    [ -z "${PIP_NO_INDEX:-}" ] || return 1
    [ -x "$venv/bin/uv" ] || pip install --no-deps --only-binary :all: --require-hashes \
        -r "$here/requirements-installer.lock" || return 1
    index=${PIP_INDEX_URL:-$(pip config get global.index-url || true)}
    if [ -n "$index" ]; then export UV_DEFAULT_INDEX="${UV_DEFAULT_INDEX:-$index}"; fi
    cert=${PIP_CERT:-$(pip config get global.cert || true)}
    if [ -n "$cert" ]; then export SSL_CERT_FILE="${SSL_CERT_FILE:-$cert}"; fi
    # Unpacked beside the packages, which are links to it, and removed: nothing is left elsewhere.
    "$venv/bin/uv" pip install --quiet --system-certs --cache-dir "$venv/.uv-cache" \
        --python "$venv/bin/python" --no-deps --require-hashes -r "$lock" || return 1
    rm -rf "$venv/.uv-cache"
}

with_pip() { # The lock is whole: nothing is left to resolve. Modules are compiled when first used.
    rm -rf "$venv/.uv-cache"
    echo "uv could not do it here; pip can, and takes a minute or two"
    pip install --no-deps --no-compile --require-hashes -r "$lock"
}

with_uv 2>/dev/null || with_pip
pip check
