"""Secrets of a local installation, made once and kept in a file only its owner can read."""

from __future__ import annotations

import json
import os
from pathlib import Path

from zhiye_chassis.settings import generate_secrets


def load_or_create(path: Path) -> dict[str, str]:
    """The secrets in ``path`` (JSON, mode 0600); made when the file does not exist."""
    try:
        found: dict[str, str] = json.loads(path.read_text())
        return found
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        secrets = generate_secrets()
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(secrets, file)
        return secrets


def as_env_file() -> str:
    """Fresh secrets as lines of an ``.env`` file for docker compose."""
    import secrets as random

    lines = [f"ZHIYE_{name}='{value}'" for name, value in generate_secrets().items()]
    lines += [
        f"{name}={random.token_urlsafe(24)}"
        for name in ("POSTGRES_PASSWORD", "RABBITMQ_PASSWORD", "GRAFANA_PASSWORD")
    ]
    return "\n".join(lines) + "\n"
