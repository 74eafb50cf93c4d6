"""The bytes of a scenario file become text, or one sentence that says why not."""

from __future__ import annotations

import errno
from pathlib import Path

from paget.errors import InputError

LARGEST_BYTES = 1_000_000
_BYTE_ORDER_MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16", b"\x00\x00\xfe\xff": "UTF-32"}
_REASONS = {
    errno.ENOENT: ("there is no such file", "`paget scenarios` lists the built-in ones; `paget new trial` writes one."),
    errno.ENOTDIR: ("there is no such file", "A part of the path is not a folder."),
    errno.EISDIR: ("is a folder, not a scenario file", "Name the YAML file in it, e.g. scenario.yaml."),
    errno.EACCES: ("may not be read", "Check the permissions of the file."),
    errno.ENAMETOOLONG: ("there is no such file", "The name is longer than a file name can be."),
    errno.ELOOP: ("there is no such file", "Its symbolic links go round in a circle."),
}


def read_text(path: Path) -> str:
    """The text of a scenario file; InputError when it is missing, too large, binary, empty or not UTF-8."""
    return decode(_read_bytes(path), file=str(path))


def _read_bytes(path: Path) -> bytes:
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            raise InputError("is not a regular file", file=str(path), remedy="Give a YAML file.")
        with path.open("rb") as stream:
            return stream.read(LARGEST_BYTES + 1)
    except OSError as error:
        message, remedy = _REASONS.get(error.errno or 0, (f"cannot be read ({error.strerror})", "Check the file."))
        raise InputError(message, file=str(path), remedy=remedy) from error
    except ValueError as error:
        raise InputError("is not a file name", file=repr(str(path)), remedy="Give the path of a YAML file.") from error


def decode(content: bytes, *, file: str) -> str:
    """UTF-8 text (a byte order mark is dropped); InputError otherwise."""
    if len(content) > LARGEST_BYTES:
        raise InputError(
            f"is larger than {LARGEST_BYTES // 1_000_000} MB", file=file, remedy="A scenario is a few kB of YAML."
        )
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if content.startswith(mark):
            raise InputError(f"is encoded as {encoding}", file=file, remedy="Save it as UTF-8.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"is not UTF-8 text (byte 0x{content[error.start]:02x})",
            file=file,
            line=line,
            remedy="Save it as UTF-8; a binary file is not a scenario.",
        ) from error
    return _plain(text, file)


def _plain(text: str, file: str) -> str:
    for position, letter in enumerate(text):
        if (letter < " " and letter not in "\t\n\r") or letter in "\x7f\ufffe\uffff":
            raise InputError(
                f"holds the control character U+{ord(letter):04X}",
                file=file,
                line=text.count("\n", 0, position) + 1,
                remedy="A scenario is plain UTF-8 text, not a binary file.",
            )
    if not text.strip():
        raise InputError("is empty", file=file, remedy="Start from `paget new trial`.")
    return text
