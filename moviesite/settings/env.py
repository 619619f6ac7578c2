"""Typed reading of the environment: an unset variable has a default, an empty or wrong one is an error that names it."""

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

DATABASES = ("sqlite", "postgres", "postgresql")
BROKERS = ("redis", "rediss", "unix")
BETWEEN_PARTS = "#?;%"  # what ends a path, or escapes, in the address of a socket
SCHEME = re.compile(r"^([a-z][a-z0-9+.-]*://)?(.*)$", re.IGNORECASE | re.DOTALL)
PLAIN = re.compile(r"(\[[0-9a-f:.]+\]|[\w.-]*)(:[0-9]+)?(/[\w./-]*)?", re.IGNORECASE)  # host, port, path; no secret


def text(name: str, default: str | None = None) -> str:
    """Return the variable; without a default it must be set. Raises ImproperlyConfigured naming it."""
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"{name} is not set, and nothing can stand in for it.")
    if not value.strip():
        raise ImproperlyConfigured(f"{name} is empty: give it a value, or unset it to use the default.")
    return value.strip()


def optional(name: str) -> str | None:
    """Return the variable, or None when it is unset; an empty one is still an error."""
    return text(name) if name in os.environ else None


def whole(name: str, default: int, *, least: int = 0, most: int = 2**31 - 1) -> int:
    """Return a whole number between least and most."""
    value = text(name, str(default))
    if not (value.isascii() and value.isdigit() and least <= int(value) <= most):
        raise ImproperlyConfigured(f"{name}={value!r} is not a whole number from {least} to {most}.")
    return int(value)


def yes(name: str, default: bool) -> bool:
    """Return a switch written as 1/0, true/false, yes/no or on/off."""
    words = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    value = text(name, "yes" if default else "no").lower()
    if value not in words:
        raise ImproperlyConfigured(f"{name}={value!r} is neither yes nor no.")
    return words[value]


def choice(name: str, default: str, among: tuple[str, ...]) -> str:
    """Return one of the named words."""
    value = text(name, default)
    if value not in among:
        raise ImproperlyConfigured(f"{name}={value!r} is not one of {', '.join(among)}.")
    return value


def words(name: str) -> list[str]:
    """Return the words between the commas; at least one."""
    found = [word.strip() for word in text(name).split(",") if word.strip()]
    if not found:
        raise ImproperlyConfigured(f"{name} is empty: give it a value.")
    return found


def origins(host: str) -> list[str]:
    """Return the origins that an entry of ALLOWED_HOSTS stands for: «.example.com» is it and all below it, «*» none."""
    if host == "*":
        return []
    return [f"https://*{host}", f"https://{host[1:]}"] if host.startswith(".") else [f"https://{host}"]


def folder(name: str, default: Path) -> Path:
    """Return an absolute folder; it may not exist yet, but must not be a file."""
    value = text(name, str(default))
    wrong = [mark for mark in value if mark in BETWEEN_PARTS or not mark.isprintable()]
    if wrong:
        raise ImproperlyConfigured(
            f"{name}={value!r} contains {wrong[0]!r}: no address of a socket can; choose another."
        )
    try:
        path = Path(value).expanduser().absolute()
        if path.exists() and not path.is_dir():
            raise ImproperlyConfigured(f"{name}={path} is not a folder.")
    except (OSError, RuntimeError) as error:  # it may not be looked at, or belongs to nobody's home
        raise ImproperlyConfigured(f"{name}={value!r} cannot be used: {error}") from error
    return path


def folders(name: str, default: list[Path]) -> list[Path]:
    """Return the absolute folders between the commas; at least two, and each another."""
    found = [Path(value).expanduser().absolute() for value in words(name)] if name in os.environ else default
    if len(set(found)) < 2 or len(set(found)) < len(found):
        raise ImproperlyConfigured(f"{name} must name two folders or more, best on different machines.")
    if wrong := [path for path in found if path.exists() and not path.is_dir()]:
        raise ImproperlyConfigured(f"{name} names {wrong[0]}, which is not a folder.")
    return found


def file(name: str, default: Path) -> Path:
    """Return the absolute path of a file; it may not exist yet, but must not be a folder."""
    return _file(name, text(name, str(default)))


def files(name: str, default: list[Path]) -> list[Path]:
    """Return the absolute paths between the commas."""
    return [_file(name, value) for value in words(name)] if name in os.environ else default


def _file(name: str, value: str) -> Path:
    path = Path(value).expanduser().absolute()
    if path.is_dir():
        raise ImproperlyConfigured(f"{name}={value!r} is a folder: name the file.")
    return path


def made(name: str, path: Path) -> Path:
    """Make the folder that the variable names, for our eyes only; one that is there stays as it is."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(f"{name}={path} cannot be made ({error.strerror}): choose another.") from error
    return path


def address(name: str, schemes: tuple[str, ...]) -> str | None:
    """Return an address with one of the schemes, or None when it is unset."""
    value = optional(name)
    if value is None:
        return None
    try:
        parts = urlsplit(value)
        scheme, port = parts.scheme, parts.port
    except ValueError:  # its own words would show the password
        raise ImproperlyConfigured(
            f"{name}={shown(value)!r} has no such host or port: a port is a whole number from 1 to 65535,"
            " and a special character of a password is written as in %40 for @."
        ) from None
    if scheme not in schemes:
        wanted = ", ".join(f"{scheme}://" for scheme in schemes)
        raise ImproperlyConfigured(f"{name}={shown(value)!r} must begin with one of {wanted}.")
    if port == 0:
        raise ImproperlyConfigured(f"{name}={shown(value)!r} has port 0: a port is a whole number from 1 to 65535.")
    return value


def broker(name: str) -> str | None:
    """Return the address of a Redis or Valkey server, or None when it is unset."""
    value = address(name, BROKERS)
    if value is None:
        return None
    parts = urlsplit(value)
    if parts.scheme == "unix" and len(parts.path) < 2:
        raise ImproperlyConfigured(f"{name}={shown(value)!r} names no socket, as unix:///run/valkey.sock does.")
    if parts.scheme != "unix" and not re.fullmatch(r"/?[0-9]*", parts.path):
        raise ImproperlyConfigured(f"{name}={shown(value)!r} ends in a database that is no whole number, as /0 is.")
    return value


def shown(url: str) -> str:
    """Return an address fit to be seen: without user, password and options, wherever a wrong one may hold them."""
    scheme, rest = SCHEME.findall(url)[0]
    if PLAIN.fullmatch(rest):
        return url
    before, _, host = rest.rpartition("@")
    host = host.partition("?")[0]
    return f"{scheme}***@{host}" if before and "?" not in before and PLAIN.fullmatch(host) else f"{scheme}***"


OWNERS_COMMANDS = ("migrate", "postgres_roles", "restore")  # what only the role that owns the tables may do


def database_variable() -> str:
    """Return the variable whose database this process uses: of a command of the owner's, the owner's when it is set."""
    asked = sys.argv[1:2] if Path(sys.argv[0]).name == "manage.py" else []
    return (
        "OWNER_DATABASE_URL"
        if set(asked) & set(OWNERS_COMMANDS) and "OWNER_DATABASE_URL" in os.environ
        else "DATABASE_URL"
    )


def database(name: str, default: Mapping[str, Any], options: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return Django's database settings from an address, or the default ones with their ENGINE and NAME.

    options: ours, per vendor word (sqlite, postgresql).
    """
    url = address(name, DATABASES)
    found = dict(default) if url is None else _parsed(name, url)
    vendor = "sqlite" if "sqlite" in found["ENGINE"] else "postgresql"
    return {**found, **options[vendor], "OPTIONS": {**found.get("OPTIONS", {}), **options[vendor].get("OPTIONS", {})}}


def _parsed(name: str, url: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = dict(environ.Env.db_url_config(url))
    except (ValueError, environ.ImproperlyConfigured):  # its own words would show the password
        raise ImproperlyConfigured(f"{name}={shown(url)!r} cannot be read as the address of a database.") from None
    if not found.get("NAME"):
        raise ImproperlyConfigured(f"{name}={shown(url)!r} names no database.")
    return found
