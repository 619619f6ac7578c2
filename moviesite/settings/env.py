"""Typed reading of the environment: an unset variable has a default, an empty or wrong one is an error that names it."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

DATABASES = ("sqlite", "postgres", "postgresql")
BROKERS = ("redis", "rediss", "unix")


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


def folder(name: str, default: Path) -> Path:
    """Return an absolute folder; it may not exist yet, but must not be a file."""
    path = Path(text(name, str(default))).expanduser().absolute()
    if path.exists() and not path.is_dir():
        raise ImproperlyConfigured(f"{name}={path} is not a folder.")
    return path


def address(name: str, schemes: tuple[str, ...], default: str | None = None) -> str | None:
    """Return an address with one of the schemes, or the default when unset."""
    value = text(name, default) if name in os.environ or default else None
    if value is not None and urlsplit(value).scheme not in schemes:
        raise ImproperlyConfigured(f"{name}={value!r} must begin with one of {', '.join(s + '://' for s in schemes)}.")
    return value


def database(name: str, default: str, options: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return Django's database settings from an address; options are given per vendor word (sqlite, postgresql)."""
    url = address(name, DATABASES, default)
    assert url is not None
    try:
        found: dict[str, Any] = dict(environ.Env.db_url_config(url))
    except (ValueError, environ.ImproperlyConfigured) as error:
        raise ImproperlyConfigured(f"{name}={url!r} cannot be read: {error}") from error
    if not found.get("NAME"):
        raise ImproperlyConfigured(f"{name}={url!r} names no database.")
    vendor = "sqlite" if "sqlite" in found["ENGINE"] else "postgresql"
    return {**found, **options[vendor], "OPTIONS": {**found.get("OPTIONS", {}), **options[vendor].get("OPTIONS", {})}}
