#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the grading image.
#
# It makes a Python environment of its own from requirements.lock and torch.lock (hashes, CPU only),
# removes what no grading needs, and ends with a small grading run. Any failure ends the build with
# one line that says what is wrong. Running it again is harmless.
#
# Ubuntu 22.04 and 24.04, Debian 12; Python 3.10 to 3.13, the distribution's own.
# A folder wheels/ beside this file is used before any index (for machines without a network).
set -euo pipefail

root=${AUTOGRADER_ROOT:-/autograder}
source="$root/source"
code="$source/files"
if [ -d "$source/grader" ]; then code="$source/grader"; fi  # apart from another course's files
venv="$root/venv"
cpu_index=${TORCH_INDEX:-https://download.pytorch.org/whl/cpu}
log=$(mktemp)
step="start"

fail() {
    echo "SET-UP FAILED while it tried to $step" >&2
    [ $# -eq 0 ] || echo "  $*" >&2
    tail -n 12 "$log" | sed 's/^/  | /' >&2
    exit 1
}
trap 'fail' ERR

begin() {
    step="$1"
    echo "$(date +%T) $1"
}

# A Python that can make environments: newest first, 3.10 to 3.13. Not a release candidate, as
# Ubuntu 22.04's python3.11 is: it matches neither side of the lock's markers.
find_python() {
    local name
    for name in python3.13 python3.12 python3.11 python3.10 python3; do
        if "$name" -c 'import ensurepip, venv, sys
final = sys.version_info.releaselevel == "final"
sys.exit(not (final and (3, 10) <= sys.version_info[:2] <= (3, 13)))' 2>/dev/null; then
            command -v "$name"
            return 0
        fi
    done
    return 1
}

# Not `grep -q`, which ends before ldconfig has written all: with pipefail that counts as absent.
has_seccomp() { ldconfig -p | grep 'libseccomp\.so\.2' >/dev/null; }

if ! python=$(find_python) || ! has_seccomp; then
    begin "install Python and libseccomp from the distribution"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq >>"$log" 2>&1
    apt-get install -qq --no-install-recommends python3 python3-venv libseccomp2 ca-certificates \
        >>"$log" 2>&1
    apt-get clean
    rm -rf /var/lib/apt/lists/*
    python=$(find_python) || fail "there is no Python 3.10 to 3.13 with its venv module"
fi

begin "make an environment with $("$python" --version)"
rm -rf "$venv"
"$python" -m venv "$venv" >>"$log" 2>&1
pip=("$venv/bin/python" -m pip --disable-pip-version-check --no-input -q install
    --no-cache-dir --no-compile --no-deps --require-hashes --only-binary :all: --retries 2)

install_locked() { # install_locked LOCK [INDEX OPTIONS]
    local lock=$1
    shift
    if [ -d "$source/wheels" ] &&
        "${pip[@]}" --no-index --find-links "$source/wheels" -r "$lock" >>"$log" 2>&1; then
        return 0
    fi
    "${pip[@]}" "$@" -r "$lock" >>"$log" 2>&1
}

begin "install the packages of requirements.lock"
install_locked "$source/requirements.lock"
begin "install torch for the CPU, as torch.lock has it"
install_locked "$source/torch.lock" --index-url "$cpu_index"

begin "remove what no grading needs"
site=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
"$venv/bin/python" "$source/trim.py" "$site" >>"$log" 2>&1

begin "check the environment with a small grading run"
export PYTHONPATH="$code" MPLCONFIGDIR="$root/cache" OMP_NUM_THREADS=1
mkdir -p "$root/cache"
cd "$code"
"$venv/bin/python" -m autograder.gradescope.selfcheck >>"$log" 2>&1

chmod 700 "$source"
chmod 755 "$source/run_autograder"
trap - ERR
rm -f "$log"
echo "$(date +%T) ready: $(du -sm "$venv" | cut -f1) MiB in $venv"
