#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""run.py SOURCE BUILD WORK FILE.md: runs the commands of a document and compares what they print.

In a block (indented by four, or fenced) a line that begins with "$ " is a command; what follows is
what it prints, up to the next one. Commands of a document run in order in one folder, with the
program in PATH and build, tests, traces .. as in the source tree. Numbers, white space and the
places of source and work folder may differ; a line "..." stands for any lines. Without lines behind
it, a command may print anything. A comment before the block says what is otherwise:
    <!-- exit N -->           its last command ends with N (all others, and without it, with 0)
    <!-- not run: WHY -->     its commands are not run
A line that looks like a command and is neither is an error: no command stands there untested.
"""
import difflib
import os
import re
import subprocess
import sys

COMMAND = re.compile(r"^(\./dev|trapline|build/|cmake|cpack|ctest|make|podman|qemu-|cd|parallel)( |/|$)")


def blocks(text):
    """Yields (line number, comment, lines) of each block."""
    comment, block, fenced, start = "", [], False, 0
    for number, line in enumerate(text.splitlines() + [""], 1):
        if line.startswith("```"):
            if fenced:
                yield start, comment, block
                comment, block = "", []
            fenced, start = not fenced, number + 1
        elif fenced:
            block.append(line)
        elif line.startswith("    ") or (block and not line.strip()):
            if not block:
                start = number
            block.append(line[4:])
        else:
            if block:
                yield start, comment, block
                comment, block = "", []
            marked = re.match(r"<!-- (.*) -->$", line)
            if marked:
                comment = marked.group(1)
            elif line.strip():
                comment = ""


def commands(block):
    """[(command, lines it prints)] of a block; ValueError names a line that must not be there."""
    found = []
    lines = iter(block)
    for line in lines:
        if line.startswith("$ "):
            command = line[2:]
            while command.endswith("\\"):
                command = command[:-1] + next(lines).strip()
            found.append((command, []))
        elif COMMAND.match(line):
            raise ValueError(f"'{line}' looks like a command: begin it with '$ ' or say 'not run'")
        elif found:
            found[-1][1].append(line)
    return found


def plain(lines, places):
    """What is compared of an output."""
    kept = []
    for line in lines:
        for place in places:
            line = line.replace(place + "/", "")
        line = re.sub(r"0x[0-9a-f]+|[0-9]+(\.[0-9]+)*", "N", line)
        line = re.sub(r"\s+", " ", line).strip()
        if line:
            kept.append(line)
    return kept


def agree(want, got):
    """Do the lines match, "..." being any number of them?"""
    if not want:
        return not got
    if want[0] == "...":
        return any(agree(want[1:], got[i:]) for i in range(len(got) + 1))
    return bool(got) and want[0] == got[0] and agree(want[1:], got[1:])


def run(command, want_lines, status, where, work, env, places):
    done = subprocess.run(["timeout", "120", "bash", "-o", "pipefail", "-c", command], cwd=work, env=env,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = done.stdout.decode("utf-8", "replace").replace("\r", "").splitlines()
    want, got = plain(want_lines, places), plain(said, places)
    if done.returncode == status and (not want or agree(want, got)):
        return True
    print(f"{where}: $ {command}\n  ended with {done.returncode}, should with {status}")
    for line in difflib.unified_diff(want, got, "document", "now", lineterm="", n=1):
        print("  " + line)
    return False


def main():
    source, build, work, path = sys.argv[1:5]
    name = os.path.basename(path)
    subprocess.run(["rm", "-rf", work], check=True)
    os.makedirs(work + "/home")
    for entry in os.listdir(source):
        if entry not in ("build", ".git") and not entry.startswith("build-"):
            os.symlink(f"{source}/{entry}", f"{work}/{entry}")
    os.symlink(build, work + "/build")
    env = dict(os.environ, PATH=f"{build}:{os.environ['PATH']}", HOME=work + "/home", LC_ALL="C.UTF-8")
    places = [os.path.realpath(work), work, os.path.realpath(source), build]
    good = ran = skipped = 0
    with open(path) as f:
        text = f.read()
    for number, comment, block in blocks(text):
        if comment.startswith("not run: "):
            skipped += 1
            continue
        if comment and not re.fullmatch(r"exit [0-9]+", comment):
            sys.exit(f"{name}:{number}: what is <!-- {comment} -->?")
        try:
            found = commands(block)
        except ValueError as error:
            sys.exit(f"{name}:{number}: {error}")
        for i, (command, lines) in enumerate(found):
            status = int(comment.split()[1]) if comment and i == len(found) - 1 else 0
            ran += 1
            good += run(command, lines, status, f"{name}:{number}", work, env, places)
    print(f"{name}: {good} of {ran} commands do what it says; {skipped} blocks are not run here")
    if good == ran:
        subprocess.run(["rm", "-rf", work], check=True)
    return good != ran


sys.exit(main())
