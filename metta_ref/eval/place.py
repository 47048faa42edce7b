"""Where a stats database lies: a file of this machine, or a server that several machines share."""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from metta_ref.config import ConfigError

_SCHEMES = ("postgresql", "postgres")


@dataclass(frozen=True, slots=True)
class Server:
    """A PostgreSQL database by its URL, which may hold a password and so is shown to nobody: str() leaves it out."""

    url: str = field(repr=False)

    def __str__(self) -> str:
        parts = urlsplit(self.url)
        user = f"{parts.username}@" if parts.username else ""
        port = f":{parts.port}" if parts.port else ""
        return f"{parts.scheme}://{user}{parts.hostname or ''}{port}{parts.path}"

    def without_password(self, text: str) -> str:
        """A text, such as a driver's message, with the password blotted out."""
        parts = urlsplit(self.url)
        for secret in (self.url, parts.query, parts.password, unquote(parts.password or "")):
            text = text.replace(secret, "***") if secret else text
        return text


Place = Path | Server


def parse_place(text: str, default: Path) -> Place:
    """The place that a setting names: a path, a postgresql:// URL, or `default` when it is empty.

    Raises ConfigError for a URL of another kind, or one that cannot be taken apart.
    """
    scheme, separator, _ = text.partition("://")
    if not separator:
        return Path(text) if text else default
    if scheme not in _SCHEMES:
        raise ConfigError([f"database={scheme}://…: use a path, or postgresql://user@host/name"])
    try:
        server = Server(text)
        str(server)
    except ValueError:
        # The reason would repeat the URL, and with it a password.
        raise ConfigError([f"database={scheme}://…: not a URL; write postgresql://user@host:port/name"]) from None
    return server
