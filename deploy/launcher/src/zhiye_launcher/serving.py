"""HTTP serving: uvicorn with uvloop and httptools, on a socket bound beforehand."""

from __future__ import annotations

import gc
import socket
from collections.abc import Callable
from types import FrameType
from typing import Any

import uvicorn

from zhiye_contracts.reasons import Reason, Refused, Text
from zhiye_launcher.http_protocol import BoundedHttpProtocol


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; ``Refused`` with a next step when the port is taken.

    ``port`` 0 takes any free one.
    """
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        bound.listen(2048)  # from now on the port is taken, and early callers wait
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


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, before_stop: Callable[[], None]) -> None:
        super().__init__(config)
        self._before_stop = before_stop

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._before_stop()
        super().handle_exit(sig, frame)


async def serve(
    app: Any, bound: socket.socket, before_stop: Callable[[], None] = lambda: None
) -> None:
    """Serve until SIGINT or SIGTERM; open requests get five seconds after that.

    ``before_stop`` runs first then: whoever holds connections open lets go of them.
    """
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        loop="none",
        http=BoundedHttpProtocol,
        lifespan="off",
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=5,
        timeout_keep_alive=75,
    )
    # What was loaded by now stays: the garbage collector need not look through it again and again,
    # nor stop every few requests.
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    await _Server(config, before_stop).serve(sockets=[bound])
