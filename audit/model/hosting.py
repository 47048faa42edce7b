"""Addresses of repositories on the sites that host them, and the files that links into them lead to."""

from __future__ import annotations

from typing import Final
from urllib.parse import unquote

import msgspec

from audit.model.regex import regex

_REPOSITORY: Final = regex(
    r"(?:(?:git\+)?(?:https?|ssh|git)://(?:[^@/\s]+@)?(?:www\.)?|[\w.-]+@)(?P<host>github\.com|gitlab\.com)(?::\d+)?[/:]"
    r"(?P<name>[\w.-]+/[\w.-]+?)(?:\.git)?(?:[/#?].*)?"
)
_NOT_OWNERS: Final = frozenset({"sponsors", "orgs", "users", "topics", "apps", "marketplace", "features", "settings"})
_BRANCH: Final = r"(?:refs/heads/)?(?:main|master|HEAD|trunk|develop)"
"""What a link calls the state of the day; one to a tag or a commit leads to what was there then."""
_NAME: Final = r"(?P<name>[\w.-]+/[\w.-]+)"
_SHOWN: Final = rf"(?:blob|tree|raw|blame|edit)/{_BRANCH}/(?P<path>[^?#]+)"
_ON_GITHUB: Final = regex(rf"https?://(?:www\.)?(?P<host>github\.com)/{_NAME}/{_SHOWN}")
_ON_GITLAB: Final = regex(rf"https?://(?P<host>gitlab\.com)/{_NAME}/-/{_SHOWN}")
_RAW: Final = regex(rf"https?://raw\.(?P<host>github)(?:usercontent)?\.com/{_NAME}/{_BRANCH}/(?P<path>[^?#]+)")
_NOTEBOOK: Final = regex(
    rf"https?://(?:colab\.research\.google\.com|nbviewer\.(?:jupyter\.)?org)/(?P<host>github)/{_NAME}/{_SHOWN}"
)
_WORKFLOW: Final = regex(
    rf"https?://(?:www\.)?(?P<host>github\.com)/{_NAME}/actions/workflows/(?P<path>[^/?#]+\.ya?ml)\b"
)
LINK: Final = regex(
    r"https?://(?:www\.|raw\.)?(?:(?:github|gitlab)\.com|githubusercontent\.com|colab\.research\.google\.com/github"
    r"|nbviewer\.(?:jupyter\.)?org/github)/[^\s)>\]\"'`|,]+"
)
"""Finds within a text what may lead into a hosted repository."""


class HostedFile(msgspec.Struct, frozen=True):
    """A file or folder of a repository, which is told as ``github.com/owner/name``, at the head of its main branch."""

    repository: str
    path: str


def repository_at(address: str) -> str:
    """The repository that an address means, of whatever protocol, as ``github.com/owner/name``; empty for no such."""
    found = _REPOSITORY.fullmatch(address.strip())
    if found is None or found["name"].partition("/")[0].lower() in _NOT_OWNERS:
        return ""
    return f"{found['host']}/{found['name']}".lower()


def hosted_file(link: str) -> HostedFile | None:
    """What a link leads to that names a file as it is today; None for any other link."""
    for pattern in (_ON_GITHUB, _RAW, _WORKFLOW, _NOTEBOOK, _ON_GITLAB):
        if found := pattern.match(link):
            host = found["host"] if found["host"].endswith(".com") else f"{found['host']}.com"
            folder = ".github/workflows/" if pattern is _WORKFLOW else ""
            return HostedFile(f"{host}/{found['name']}".lower(), f"{folder}{unquote(found['path']).rstrip('/')}")
    return None
