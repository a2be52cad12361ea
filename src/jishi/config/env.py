"""The settings a deployment may change, typed and read from the environment."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Env(BaseSettings):
    """`JISHI_…` variables (and `DATABASE_URL`); every default is the safe one."""

    model_config = SettingsConfigDict(env_prefix="JISHI_", extra="ignore")

    data_dir: Path = Field(
        default=Path("~/.local/share/jishi"),
        description="Folder of the database, snapshots, uploads and the secret key.",
    )
    database_url: str = Field(
        default="",
        validation_alias="DATABASE_URL",
        description="postgres://user:password@host:port/name; empty = SQLite in the data folder.",
    )
    debug: bool = Field(default=False, description="Django debug pages. Never on in production.")
    hosts: str = Field(
        default="127.0.0.1,localhost,[::1]",
        description="Host names the product answers to, separated by commas.",
    )
    tls: bool = Field(
        default=False,
        description="Set when served over HTTPS: secure cookies, HSTS, redirect.",
    )
    proxy_count: int = Field(
        default=0, ge=0, le=5, description="Trusted proxies in front (for client addresses)."
    )
    time_zone: str = Field(default="Asia/Shanghai", description="The organisation's time zone.")
    grading_hour: int = Field(
        default=3, ge=0, le=23, description="Hour of the day at which everybody is graded anew."
    )
    sqlite_synchronous: str = Field(
        default="FULL",
        pattern="^(FULL|NORMAL)$",
        description="FULL survives a power cut; NORMAL may lose the last commits.",
    )
    log_level: str = Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR.")

    @property
    def root(self) -> Path:
        return self.data_dir.expanduser().resolve()


def secret_key(root: Path) -> str:
    """The key of this installation, made at the first start and kept in the data folder (0600)."""
    path = root / "secret_key"
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        pass
    root.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # another process made it between the two steps
        return path.read_text(encoding="ascii").strip()
    key = secrets.token_urlsafe(64)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(key)
    return key


def database(env: Env) -> dict[str, Any]:
    """Django's DATABASES["default"] for `env`.

    Raises:
        ValueError: DATABASE_URL names another kind of database.
    """
    if not env.database_url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": env.root / "jishi.sqlite3",
            "CONN_MAX_AGE": None,
            "ATOMIC_REQUESTS": False,
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": (
                    "PRAGMA journal_mode=WAL;"
                    f"PRAGMA synchronous={env.sqlite_synchronous};"
                    "PRAGMA foreign_keys=ON;"
                    "PRAGMA cache_size=-16000;"
                    "PRAGMA temp_store=MEMORY;"
                    "PRAGMA journal_size_limit=67108864;"
                ),
            },
        }
    url = urlsplit(env.database_url)
    if url.scheme not in {"postgres", "postgresql"}:
        raise ValueError(
            f"DATABASE_URL starts with {url.scheme!r}. Use postgres://user:password@host:port/name, "
            "or leave it empty for SQLite."
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.lstrip("/")) or "jishi",
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": url.hostname or "",
        "PORT": str(url.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
        "OPTIONS": dict(parse_qsl(url.query)),
    }
