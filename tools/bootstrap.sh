#!/bin/sh
# Installs zhiye into .venv from nothing but Python and a network: `bootstrap.sh runtime|all`.
# Called by make, which decides when it is needed. Exact versions and hashes: requirements.lock.
set -eu
cd "$(dirname "$0")/.."

what=${1:?runtime or all}
python=${PYTHON:-python3}
uv_version=0.13.9
members="contracts
  services/chassis services/accounts services/qualifications services/registration
  services/institutions services/notifications
  gateway deploy/launcher"

stop() {
  printf '\n%s\n' "$@" >&2
  exit 1
}

check_python() {
  command -v "$python" >/dev/null || stop \
    "没有找到 $python。请安装 Python 3.11 或更高版本：apt-get install python3 python3-venv" \
    "$python was not found. Install Python 3.11 or newer: apt-get install python3 python3-venv"
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || stop \
    "需要 Python 3.11 或更高版本，$python 是 $("$python" -V 2>&1)。可指定：make PYTHON=python3.12 …" \
    "Python 3.11 or newer is needed, $python is $("$python" -V 2>&1). Try: make PYTHON=python3.12 …"
}

# Debian ships the module that makes virtual environments as a package of its own.
check_venv() {
  "$python" -c 'import ensurepip, venv' 2>/dev/null && return
  package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
  install="apt-get install -y $package"
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "$install"
    { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y "$package"; } \
      >/dev/null && return
  fi
  stop "缺少 Python 的 venv 模块，请执行：sudo $install" \
    "Python's venv module is missing. Install it: sudo $install"
}

check_python
# A moved or copied environment, or one whose Python is gone, is made anew.
if ! .venv/bin/python -c '' 2>/dev/null ||
  ! head -n 3 .venv/bin/pip | grep -qF "$(pwd -P)/.venv/"; then
  check_venv
  rm -rf .venv
  "$python" -m venv .venv
fi
echo "正在安装 / installing ($what) …"
if [ "$(.venv/bin/uv --version 2>/dev/null | cut -d ' ' -f 2)" != "$uv_version" ]; then
  .venv/bin/python -m pip install -q --disable-pip-version-check "uv==$uv_version"
fi

export VIRTUAL_ENV="$PWD/.venv" UV_PYTHON_DOWNLOADS=never
editable=""
for member in $members; do
  editable="$editable -e $member"
done
if [ "$what" = all ]; then
  .venv/bin/uv pip install -q --compile-bytecode --require-hashes -r requirements.lock
fi
# shellcheck disable=SC2086 - one word each
.venv/bin/uv pip install -q --compile-bytecode -c requirements.lock $editable
