"""How the models say what is wrong: a pydantic error whose text is for the user and carries its remedy."""

from __future__ import annotations

from pydantic_core import PydanticCustomError


def fault(message: str, remedy: str = "") -> PydanticCustomError:
    """A validation error; the loader adds file, line and field and raises it as an `InputError`."""
    return PydanticCustomError("scenario", "{message}", {"message": message, "remedy": remedy})


def shown(value: object, length: int = 60) -> str:
    """A value as the user wrote it, on one line and shortened, with control characters made visible."""
    text = f'"{value}"' if isinstance(value, str) else _as_yaml(value)
    text = "".join(letter if letter.isprintable() else "·" for letter in text)
    return text if len(text) <= length else text[: length - 1] + "…"


def _as_yaml(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple | dict):
        return "a mapping" if isinstance(value, dict) else "a list"
    if isinstance(value, float) and (value != value or value in (float("inf"), -float("inf"))):
        return f".{value}" if value != value or value > 0 else "-.inf"
    return f"{value:g}" if isinstance(value, float) else str(value)


def article(noun: str) -> str:
    """The noun with its indefinite article.

    >>> article("amount")
    'an amount'
    """
    return f"an {noun}" if noun[:1] in "aeiou" else f"a {noun}"
