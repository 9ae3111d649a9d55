"""Which programs of the operating system the tests need, and how they are run.

A developer without a program skips its tests and reads what to install. In CI everything is installed,
so there a missing program is an error: a skip would be a hole nobody sees.
"""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

JAXB_RUNTIME = Path("/usr/share/java/jaxb-runtime.jar")

# What proves that the tool is there, and the Debian package that brings it.
TOOLS = {
    "chromium": ("chromium", "chromium"), "java": ("javac", "default-jdk-headless"),
    "jaxb": (str(JAXB_RUNTIME), "libjaxb-java"), "poppler": ("pdftoppm", "poppler-utils"), "pspp": ("pspp", "pspp"),
    "soffice": ("soffice", "libreoffice-writer-nogui"),
}  # fmt: skip


class ToolError(Exception):
    """A program is missing, failed, took too long, or left no result."""


def missing(tool):
    """Return the Debian package to install for `tool`, or None when the tool is there."""
    program, package = TOOLS[tool]
    return None if shutil.which(program) or Path(program).is_file() else package


def needs(*tools):
    """A mark that skips a test where one of `tools` is missing; in CI collection stops there instead."""
    packages = [package for package in map(missing, tools) if package]
    reason = f"needs {', '.join(tools)}: apt-get install {' '.join(packages)}"
    if packages and os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    return pytest.mark.skipif(bool(packages), reason=reason)


def run(command, *, timeout=60, strict=False):
    """Run `command` and return its standard output as text; all else is a ToolError, with `strict` words on standard error, too.

    Poppler ends with status 0 after it has left out what it could not read. The locale is UTF-8 whatever the caller's is:
    Java and LibreOffice cannot open „Überblick.pdf“ in the C locale. On a time-out the whole process group is ended,
    because `soffice` is a starter script whose child would otherwise live on and hold the lock of its profile.
    """
    command = [str(part) for part in command]
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, "LC_ALL": "C.UTF-8"}, start_new_session=True,
        )  # fmt: skip
    except FileNotFoundError as error:
        raise ToolError(f"{command[0]}: not installed") from error
    try:
        output, errors = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired as error:
        raise ToolError(f"{command[0]}: no end after {timeout} s") from error
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    if process.returncode or (strict and errors):
        message = errors.decode(errors="replace").strip() or output.decode(errors="replace").strip()
        raise ToolError(f"{command[0]}: ended with status {process.returncode}: {message[-2000:]}")
    return output.decode()
