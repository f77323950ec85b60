"""Where a file's secrets stand, also where the file is wrong: keys that are misspelt, values on the next line.

Works on the text, because a file that has to be quoted is often no YAML. In doubt more is hidden than has to be.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

SECRETS = frozenset({"auth_key", "pre_shared_key"})
"""The keys of the files whose values are secret."""

SHORTEST = 6
"""Of AWS's keys: shorter texts are not looked for in messages."""

HIDDEN = "***"
_ALIKE = 0.72
_WORDS = frozenset(
    {"auth", "credential", "credentials", "key", "keys", "kye", "md5", "password", "psk", "pwd", "token"}
)
_PARTS = ("authk", "passphrase", "passw", "secret", "sharedk")
_KEY = re.compile(r"""(?<![\w.-])(["']?)([A-Za-z][\w. -]{1,40}?)\1[ \t]*[:=]""")
_PROPERTIES = re.compile(r"[ \t]*(?:[&!][^\s,\[\]{}]*[ \t]+)*")
_QUOTED = re.compile(r""""(?:[^"\\]|\\.)*+"?[^\s,}\]]*|'(?:[^']|'')*+'?[^\s,}\]]*""", re.DOTALL)
_IN_FLOW = re.compile(r"""(?:[^,}\]\n]|\n(?![ \t]*["']?\w+["']?[ \t]*:))*+""")
_REST = re.compile(r"[^\n]*")
_STARRED = re.compile(r"\S(?:[^\n]*\S)?")
_ALIAS = re.compile(r"\*([^\s,\[\]{}]+)")
_LOOKS_LIKE_A_KEY = re.compile(r"""[ \t]*(?:-[ \t]|["']?[\w.-]+["']?[ \t]*:)""")


@lru_cache(10_000)
def is_secret(key: str) -> bool:
    """Whether `key` is one of SECRETS, or may have been meant to be one."""
    words = [word for word in re.split(r"[^a-z0-9]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", key).lower()) if word]
    letters = "".join(words)
    if not _WORDS.isdisjoint(words) or any(part in letters for part in _PARTS):
        return True
    from difflib import SequenceMatcher  # few files have a key that is not known

    return any(SequenceMatcher(None, letters, known.replace("_", "")).ratio() >= _ALIKE for known in SECRETS)


def hidden(text: str) -> str:
    """`text` with an asterisk for every character of a secret: lines and columns stay as they are."""
    spans = sorted(_spans(text))
    if not spans:
        return text
    pieces, done = [], 0
    for start, end in spans:
        if end <= done:
            continue
        pieces += [
            text[done : max(start, done)],
            _STARRED.sub(lambda found: "*" * len(found[0]), text[max(start, done) : end]),
        ]
        done = end
    return "".join((*pieces, text[done:]))


def secrets_in(text: str) -> frozenset[str]:
    """The secrets themselves, without those that are too short to be one."""
    found = (text[start:end].strip().strip("\"'") for start, end in _spans(text))
    return frozenset(secret for secret in found if len(secret) >= SHORTEST)


def without(message: str, secrets: frozenset[str]) -> str:
    """A message about a file with these secrets, without them."""
    for secret in sorted(secrets, key=len, reverse=True):
        message = message.replace(secret, HIDDEN)
    return message


def _spans(text: str) -> Iterator[tuple[int, int]]:
    anchors: set[str] = set()
    for match in _KEY.finditer(text):
        if not is_secret(match[2]):
            continue
        flow = _is_in_flow(text, match.start())
        column = match.start() - text.rfind("\n", 0, match.start()) - 1
        start = match.end()
        end = _end(text, start, column, flow=flow)
        alias = _ALIAS.match(text, _PROPERTIES.match(text, start).end())  # type: ignore[union-attr]  # always matches
        if alias is not None:
            anchors.add(alias[1])
        yield start, end
    for name in anchors:
        for match in re.finditer(rf"&{re.escape(name)}(?=[\s,\[\]{{}}])", text):
            column = text.rfind("\n", 0, match.start()) + 1
            column = len(text[column : match.start()]) - len(text[column : match.start()].lstrip())
            yield match.end(), _end(text, match.end(), column, flow=_in_brackets(text, match.start()))


def _is_in_flow(text: str, start: int) -> bool:
    """Whether the key at `start` is one of a mapping in braces."""
    return text[:start].rstrip()[-1:] in ("{", ",", "[") and _in_brackets(text, start)


def _in_brackets(text: str, start: int) -> bool:
    opened = text.count("{", 0, start) + text.count("[", 0, start)
    return opened > text.count("}", 0, start) + text.count("]", 0, start)


def _end(text: str, start: int, column: int, *, flow: bool) -> int:
    """Where the value that begins behind `start` ends; its key stands at `column`."""
    begin = _PROPERTIES.match(text, start).end()  # type: ignore[union-attr]  # always matches
    first = text[begin : begin + 1]
    if first in ("\n", "#", ""):
        following = _REST.match(text, begin).end() + 1  # type: ignore[union-attr]  # always matches
        if following >= len(text):
            return len(text)
        if flow:
            return _end(text, following, column, flow=True)
        if not _LOOKS_LIKE_A_KEY.match(text, following):
            quoted = _QUOTED.match(text, _PROPERTIES.match(text, following).end())  # type: ignore[union-attr]
            return quoted.end() if quoted else _below(text, _REST.match(text, following).end(), column)  # type: ignore[union-attr]
        return _below(text, following - 1, column)
    quoted = _QUOTED.match(text, begin)
    if quoted:
        return quoted.end()
    if first in ("[", "{"):
        return _closed(text, begin)
    if flow:
        return _IN_FLOW.match(text, begin).end()  # type: ignore[union-attr]  # always matches
    return _below(text, _REST.match(text, begin).end(), column)  # type: ignore[union-attr]  # always matches


def _closed(text: str, begin: int) -> int:
    """Behind the bracket that closes the one at `begin`."""
    depth = 0
    for match in re.compile(r"[\[\]{}]").finditer(text, begin):
        depth += 1 if match[0] in "[{" else -1
        if depth == 0:
            return match.end()
    return len(text)


def _below(text: str, end: int, column: int) -> int:
    """Behind the lines after `end` that are empty or stand further to the right than `column`."""
    while end < len(text):
        following = end + 1
        line_end = _REST.match(text, following).end()  # type: ignore[union-attr]  # always matches
        line = text[following:line_end]
        if line.strip() and len(line) - len(line.lstrip(" \t")) <= column:
            return end
        end = line_end
    return len(text)
