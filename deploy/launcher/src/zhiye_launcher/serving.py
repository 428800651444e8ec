"""HTTP serving: uvicorn with uvloop and httptools, on a socket bound beforehand."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import uvicorn

from zhiye_contracts.reasons import Reason, Refused, Text


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; ``Refused`` with a next step when the port is taken.

    ``port`` 0 takes any free one.
    """
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise Refused(
            Reason(
                "port_taken",
                Text(f"端口 {port} 已被占用。", f"Port {port} is in use."),
                Text(
                    "请停止占用它的程序，或用 --port（make run PORT=…）换一个端口。",
                    "Stop what uses it, or choose another: --port (make run PORT=…).",
                ),
            )
        ) from error
    return bound


async def serve(app: Any, bound: socket.socket, stop: asyncio.Event | None = None) -> None:
    """Serve until SIGINT or SIGTERM, or until ``stop`` is set; open requests get five seconds."""
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            loop="none",
            http="httptools",
            lifespan="off",
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=5,
            timeout_keep_alive=75,
            h11_max_incomplete_event_size=16_384,
        )
    )
    if stop is not None:

        async def watch() -> None:
            await stop.wait()
            server.should_exit = True

        watcher = asyncio.create_task(watch())
        try:
            await server.serve(sockets=[bound])
        finally:
            watcher.cancel()
    else:
        await server.serve(sockets=[bound])
