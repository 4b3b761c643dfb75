"""What holding student code takes from a machine, looked at before anything runs there."""

from autograder.errors import EngineError
from autograder.sandbox import mounts

CAPABILITIES = {"KILL": 5, "SETGID": 6, "SETUID": 7}  # bits, from linux/capability.h


def check_own_uid() -> None:
    """Refuse a root that cannot give each submission a uid of its own.

    Raises:
        EngineError: it cannot; the message names the repair.
    """
    if missing := _missing_capabilities():
        raise EngineError(
            f"root lacks the capabilities {', '.join(missing)} here, so no submission can get a "
            "uid of its own; start the container with them (see .cluster/), or as another user"
        )
    if hidden := mounts.closed_folder(mounts.interpreter_folders()):
        raise EngineError(
            f"the Python of this environment lies under {hidden}, which other users may not "
            f"enter, so a submission's own uid could import nothing; run `chmod o+x {hidden}`, "
            "install Python elsewhere, or use ENGINE=docker"
        )


def _missing_capabilities() -> list[str]:
    with open("/proc/self/status", encoding="ascii", errors="replace") as file:
        held = next(int(line.split()[1], 16) for line in file if line.startswith("CapEff:"))
    return [name for name, bit in CAPABILITIES.items() if not held >> bit & 1]
