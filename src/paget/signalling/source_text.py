"""The bytes of a network file become text and text becomes a file, or one sentence says why not."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

from paget.errors import InputError

LARGEST_BYTES = 8_000_000
_REMEDY = "Give a .bnd, .bnet, .cfg or SBML-qual file."
_REASONS = {
    errno.ENOENT: ("there is no such file", "Check the name and the folder."),
    errno.ENOTDIR: ("there is no such file", "A part of the path is not a folder."),
    errno.EISDIR: ("is a folder, not a network file", "Name the file in it."),
    errno.EACCES: ("may not be read", "Check the permissions of the file."),
    errno.ENAMETOOLONG: ("there is no such file", "The name is longer than a file name can be."),
    errno.ELOOP: ("there is no such file", "Its symbolic links go round in a circle."),
}
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


def read_bytes(path: str | os.PathLike[str]) -> bytes:
    """The content of a file; InputError when it is missing, no regular file, empty or larger than 8 MB."""
    file = os.fspath(path)
    try:
        place = Path(file)
        if place.exists() and not place.is_file() and not place.is_dir():
            raise InputError("is not a regular file", file=file, remedy=_REMEDY)
        with place.open("rb") as stream:
            content = stream.read(LARGEST_BYTES + 1)
    except OSError as error:
        message, remedy = _REASONS.get(error.errno or 0, (f"cannot be read ({error.strerror})", "Check the file."))
        raise InputError(message, file=file, remedy=remedy) from error
    except ValueError as error:
        raise InputError("is not a file name", file=repr(file), remedy=_REMEDY) from error
    if len(content) > LARGEST_BYTES:
        raise InputError(f"is larger than {LARGEST_BYTES // 1_000_000} MB", file=file, remedy="Split the network.")
    if not content.strip():
        raise InputError("is empty", file=file, remedy=_REMEDY)
    return content


def read_text(path: str | os.PathLike[str]) -> str:
    """The text of a .bnd, .bnet or .cfg file with newlines as line ends.

    Published models hold comments in other encodings than UTF-8, so a byte that is not UTF-8 becomes U+FFFD, which no
    name can hold. UTF-16, NUL and other control characters mean that the file is not text: InputError.
    """
    content, file = read_bytes(path), os.fspath(path)
    if content.startswith(_WIDE_MARKS):
        raise InputError("is encoded as UTF-16 or UTF-32", file=file, remedy="Save it as UTF-8.")
    text = content.decode("utf-8-sig", errors="replace").replace("\r\n", "\n").replace("\r", "\n")
    found = _CONTROL.search(text)
    if found:
        raise InputError(
            f"holds the control character U+{ord(found.group()):04X}",
            file=file,
            line=text.count("\n", 0, found.start()) + 1,
            remedy="A network file is plain text, not a binary file.",
        )
    return text


def write_text(text: str, path: str | os.PathLike[str]) -> None:
    """Write a file as UTF-8 with newlines as line ends; InputError where that is impossible."""
    try:
        Path(path).write_text(text, encoding="utf-8", newline="\n")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no file name"
        raise InputError(
            f"cannot be written ({reason})", file=os.fspath(path), remedy="Name a file in a folder that exists."
        ) from error
