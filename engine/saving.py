"""Writing files so that a crash or a full disk leaves the old file or the new one, never a broken one."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from engine.errors import UserError


def write_atomically(path: Path, content: bytes | Iterable[bytes], lasting: bool = True) -> None:
    """Replace a file in one step: temp file beside it, fsync, rename, fsync of the folder.

    What need not be `lasting` is not waited for: it outlives the program, but perhaps not a power cut.
    """
    folder = path.parent
    temp = ""
    try:
        handle, temp = tempfile.mkstemp(dir=folder, prefix=".lamina-", suffix=".tmp")
        with os.fdopen(handle, "wb") as file:
            for part in (content,) if isinstance(content, bytes) else content:
                file.write(part)
            file.flush()
            if lasting:
                os.fsync(file.fileno())
        os.chmod(temp, (path.stat().st_mode & 0o777) if path.exists() else 0o644)
        os.replace(temp, path)
        temp = ""
    except OSError as error:
        raise UserError(_why_not_saved(path, error)) from error
    finally:
        if temp:
            _forget(temp)
    if lasting:
        _sync_folder(path)


def _forget(temp: str) -> None:
    with contextlib.suppress(OSError):
        os.unlink(temp)


def _sync_folder(path: Path) -> None:
    """Make the new name last through a power cut. The file is in its place already: what fails here is said as such."""
    if os.name == "nt":  # Windows has no fsync of folders
        return
    try:
        handle = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        if error.errno in (errno.EINVAL, errno.ENOTSUP, errno.EACCES):  # some network drives cannot do it
            return
        raise UserError(
            f"{path.name} was written, but the disk does not confirm it: {error.strerror}. Save it elsewhere as well."
        ) from error


def _why_not_saved(path: Path, error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return (
            f"{path.name} was not saved: the disk is full. The old file is unchanged. Free some space and save again."
        )
    if error.errno in (errno.EACCES, errno.EROFS, errno.EPERM):
        return f"{path.name} was not saved: {path.parent} is read-only. The old file is unchanged. Save it elsewhere."
    if error.errno == errno.ENOENT:
        return f"{path.name} was not saved: the folder {path.parent} does not exist. Choose another folder."
    return f"{path.name} was not saved: {error.strerror}. The old file is unchanged."
