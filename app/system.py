"""Finds the system libraries that Qt needs and a bare Linux lacks; installs them where it may, else names them."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys

LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xinerama.so.0": "libxcb-xinerama0",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
}
"""What Qt's xcb platform loads, with the name of its package on Debian and Ubuntu."""


def missing() -> list[str]:
    """Packages whose library cannot be loaded; none on other systems than Linux, where Qt brings all it needs."""
    if not sys.platform.startswith("linux"):
        return []
    return [package for library, package in LIBRARIES.items() if not _loads(library)]


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def main() -> int:
    """Install what is missing as root on a Debian; elsewhere say what is missing and how to get it."""
    packages = missing()
    if not packages:
        return 0
    if shutil.which("apt-get") and os.geteuid() == 0:
        print(f"Installing system libraries that Qt needs: {' '.join(packages)}")
        quiet = {"stdout": subprocess.DEVNULL, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
        subprocess.run(["apt-get", "update", "-qq"], check=False, **quiet)  # type: ignore[call-overload]
        done = subprocess.run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages], check=False, **quiet
        )  # type: ignore[call-overload]
        if done.returncode == 0 and not missing():
            return 0
    print("The window needs system libraries that are missing here. Install them, then start again:", file=sys.stderr)
    print(f"    sudo apt-get install {' '.join(missing())}", file=sys.stderr)
    print("Everything else works without them: lamina --help", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
