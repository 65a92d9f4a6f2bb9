"""Disks whose power can be cut, and disks that are full: loop mounts and small tmpfs.

What a program has written and not synced is in the page cache of the mounted file system, not yet
in the image beneath it. A copy of the image is the disk after a power cut.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.faults import Child, wait_until

MEGABYTE = 1024 * 1024


def run(*words: str | Path) -> str:
    """What a program prints; raises when it fails."""
    given = [str(word) for word in words]
    done = subprocess.run(given, check=True, capture_output=True, text=True)  # noqa: S603 - our own words
    return done.stdout


@contextmanager
def mounted(folder: Path, *options: str | Path) -> Iterator[Path]:
    """Something mounted at `folder` until the block ends."""
    folder.mkdir(exist_ok=True)
    run("mount", *options, folder)
    try:
        yield folder
    finally:
        run("umount", folder)


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A tmpfs of so many megabytes."""
    with mounted(folder, "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs"):
        yield folder


def enlarge(folder: Path, megabytes: int) -> None:
    """Give a small disk more room."""
    run("mount", "-o", f"remount,size={megabytes}m", folder)


@contextmanager
def disk_image(folder: Path, megabytes: int = 48) -> Iterator[Path]:
    """An image with an ext4 file system in it, on a tmpfs where its copies have room, too."""
    with small_disk(folder, 3 * megabytes):
        image = folder / "disk.img"
        with image.open("wb") as file:
            file.truncate(megabytes * MEGABYTE)
        run("mkfs.ext4", "-q", "-F", image)
        yield image


@contextmanager
def plugged(image: Path) -> Iterator[Path]:
    """The file system of an image, mounted beside it; its journal is replayed if need be."""
    with mounted(image.with_suffix(".mnt"), "-o", "loop", image) as folder:
        yield folder


@contextmanager
def power_cut(image: Path, writer: Child) -> Iterator[Path]:
    """The disk as a power cut leaves it, mounted; `writer` stands still meanwhile."""
    copy = image.with_name("cut.img")
    writer.stop()
    device = run("losetup", "--noheadings", "--output", "NAME", "--associated", image).strip()
    in_flight = Path("/sys/block") / Path(device).name / "inflight"
    wait_until(lambda: in_flight.read_text().split() == ["0", "0"])
    shutil.copyfile(image, copy)
    with plugged(copy) as disk:
        yield disk
    writer.go_on()


def can_mount() -> bool:
    """Whether this machine lets us make, loop-mount and unmount file systems."""
    if os.geteuid() or not all(map(shutil.which, ("mkfs.ext4", "mount", "losetup"))):
        return False
    with tempfile.TemporaryDirectory() as folder:
        try:
            with disk_image(Path(folder) / "disk", 8) as image, plugged(image):
                return True
        except subprocess.CalledProcessError:
            return False
