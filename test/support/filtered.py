"""Runs a program under the system call filter of a systemd unit, as an ordinary user if called by root.

filtered.py UNIT PROGRAM ARGUMENT…
Needs systemd-analyze for the groups, and python3-seccomp.
"""

import errno
import os
import subprocess
import sys

import seccomp

NOBODY = 65534


def read_groups():
    """Returns the members of each group such as @system-service: calls, and names of groups."""
    listing = subprocess.run(
        ["systemd-analyze", "syscall-filter", "--no-pager"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    groups = {}
    for line in listing.splitlines():
        if line.startswith("@"):
            groups[line.strip()] = members = set()
        elif line.startswith(" ") and "#" not in line and groups:
            members.add(line.strip())
    return groups


def resolve(groups, name):
    """Returns the calls of a group, including those of the groups in it."""
    if not name.startswith("@"):
        return {name}
    return {call for member in groups[name] for call in resolve(groups, member)}


def read_filter(path):
    """Returns the calls that a unit allows."""
    groups = read_groups()
    allowed = set()
    for line in open(path, encoding="utf-8"):
        key, _, value = line.strip().partition("=")
        if key != "SystemCallFilter":
            continue
        calls = {call for name in value.lstrip("~").split() for call in resolve(groups, name)}
        allowed = allowed - calls if value.startswith("~") else allowed | calls
    return allowed | resolve(groups, "@default")


def load_filter(allowed):
    rules = seccomp.SyscallFilter(defaction=seccomp.ERRNO(errno.EPERM))
    for call in allowed:
        try:
            rules.add_rule(seccomp.ALLOW, call)
        except (RuntimeError, ValueError):
            # Not of this architecture, or newer than the library.
            pass
    rules.load()


unit, *command = sys.argv[1:]
if os.getuid() == 0:
    # It may still read the program below a folder that only root may enter.
    command = [
        "setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups",
        "--securebits=+no_setuid_fixup", "--inh-caps=+dac_read_search",
        "--ambient-caps=+dac_read_search", "--no-new-privs", "--",
        sys.executable, __file__, unit, *command,
    ]  # fmt: skip
else:
    load_filter(read_filter(unit))
os.execvp(command[0], command)
