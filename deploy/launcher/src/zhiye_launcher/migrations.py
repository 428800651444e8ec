"""Writing the next migration of a service."""

from __future__ import annotations

from zhiye_chassis import migrate
from zhiye_launcher import registry
from zhiye_launcher.database_server import create_databases, temporary


async def write(service_name: str, message: str) -> None:
    """Compare the tables with the history, on a database made for it, and write the difference."""
    service = registry.detached([service_name])[service_name]
    with temporary() as server:
        (url,) = (await create_databases(server.url(), ["scratch"])).values()
        await migrate.upgrade(url, service.migrations)
        await migrate.write_revision(url, service.migrations, service.metadata, message)
