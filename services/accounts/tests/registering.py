"""A process of its own that opens an account, at the same moment as another one.

``python -m services.accounts.tests.registering <name>``, with the settings in the environment; ID
numbers come on standard input, one a line. Each is answered by a line: the reason, or ``opened``.
"""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from zhiye_accounts.application.captchas import make_captcha
from zhiye_accounts.application.register_account import RegisterAccount, register_account
from zhiye_accounts.kit import AccountsSettings, Kit
from zhiye_chassis.clock import SystemClock
from zhiye_chassis.database import Database
from zhiye_chassis.settings import Settings
from zhiye_contracts.identifiers import parse_id_number
from zhiye_contracts.reasons import Refused

ROOT = Path(__file__).resolve().parents[3]
READY = "ready"


class Registrar:
    """The other end: starts the process, has it open accounts."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    @classmethod
    async def start(cls, name: str, settings: dict[str, str]) -> Registrar:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "services.accounts.tests.registering",
            name,
            cwd=ROOT,
            env=os.environ | settings,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        registrar = cls(process)
        assert await registrar.answer() == READY
        return registrar

    async def answer(self) -> str:
        assert self.process.stdout is not None
        async with asyncio.timeout(30):
            return (await self.process.stdout.readline()).decode().strip()

    async def ask(self, number: str) -> str:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{number}\n".encode())
        await self.process.stdin.drain()
        return await self.answer()

    async def stop(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        await self.process.wait()


async def open_account(kit: Kit, name: str, number: str) -> str:
    async with kit.database.transaction() as tx:
        captcha = await make_captcha(tx, kit)
    command = RegisterAccount(
        name="王芳",
        id_number=parse_id_number(number, datetime.now(UTC).date()),
        captcha_id=captcha.id,
        captcha_answer=captcha.answer,
        phone="13800138000",
        email=None,
        user_name=f"{name}{number[8:17]}",
        password="Nightingale1860",
        language="zh",
        client=name,
    )
    try:
        async with kit.database.transaction() as tx:
            await register_account(tx, kit, command)
    except Refused as refusal:
        return refusal.reasons[0].code
    return "opened"


async def main(name: str) -> None:
    settings = Settings()
    database = Database(settings.database_url, "accounts")
    kit = Kit(settings, AccountsSettings(), SystemClock(), database)
    print(READY, flush=True)
    while number := (await asyncio.to_thread(sys.stdin.readline)).strip():
        print(await open_account(kit, name, number), flush=True)
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
