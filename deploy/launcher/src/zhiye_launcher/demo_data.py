"""Demo data: authorities, hospitals, an account for every role. Seeding again changes nothing."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path

from zhiye_accounts.application.issue_staff_account import IssueStaffAccount, issue_staff_account
from zhiye_chassis.security import Role
from zhiye_chassis.service import Service
from zhiye_contracts.identifiers import institution_number
from zhiye_contracts.reasons import Reason, Refused, Text
from zhiye_institutions.application.register_authority import register_authority
from zhiye_institutions.application.register_institution import register_institution
from zhiye_launcher.demo_existing import existing_nurses, take_over
from zhiye_launcher.demo_physicians import Place, seed_physicians
from zhiye_launcher.language import say

PASSWORD = "Zhiye2026demo"  # noqa: S105 - the demo's, printed at start; never in production


_NOT_IN_PRODUCTION = Reason(
    "demo_in_production",
    Text("已设置 ZHIYE_PRODUCTION，不能加入演示数据。", "ZHIYE_PRODUCTION is set: no demo data."),
    Text("请使用 --no-demo 启动。", "Start with --no-demo."),
)


@dataclass(frozen=True, slots=True)
class DemoAccount:
    role: Role
    user_name: str
    name: str
    name_en: str
    phone: str
    organisation_id: str | None = None


BEIJING, XICHENG, HEBEI, CHANGAN = (
    "01JDEM0AUTH0000000BEIJ1NG0",
    "01JDEM0AUTH0000000X1CHENG0",
    "01JDEM0AUTH00000000HEBE100",
    "01JDEM0AUTH0000000CHANGAN0",
)
AUTHORITIES = (
    (BEIJING, "北京市卫生健康委员会（演示）", "province", "110000"),
    (XICHENG, "北京市西城区卫生健康委员会（演示）", "county", "110102"),
    (HEBEI, "河北省卫生健康委员会（演示）", "province", "130000"),
    (CHANGAN, "石家庄市长安区卫生健康局（演示）", "county", "130102"),
)
HEAN, CHANGAN_HOSPITAL = "01JDEM01NST00000000HEAN000", "01JDEM01NST000000CHANGAN00"
HEAN_OTHER_NAME, OFFLINE_HOSPITAL = "01JDEM01NST0000000HEAN2000", "01JDEM01NST00000TA1YVAN000"
CHAOYANG = "01JDEM01NST000000CHA0YANG0"
INSTITUTIONS = (
    (HEAN, "北京和安医院（演示）", "11010200", "110102"),
    (CHANGAN_HOSPITAL, "石家庄长安和安医院（演示）", "13010200", "130102"),
    # Some of the first one's nurses are recorded under this name; an authority merges it (Q41.4).
    (HEAN_OTHER_NAME, "和安医院西城院（演示）", "11010201", "110102"),
    # In another county of the first one's province, where physicians stay registered (Q7).
    (CHAOYANG, "北京朝阳安康医院（演示）", "11010500", "110105"),
    # Nobody registers electronically there yet (Q29.2).
    (OFFLINE_HOSPITAL, "太原和安医院（演示）", "14010500", "140105"),
)
EXISTING = ((HEAN, 40), (HEAN_OTHER_NAME, 6), (OFFLINE_HOSPITAL, 4))
"""How many nurses are registered already, by institution; none has an account yet."""
ACCOUNTS = (
    DemoAccount("exam_centre", "examcentre", "护士考试中心", "exam centre", "13900000001"),
    DemoAccount(
        "institution", "heanyiyuan", "北京和安医院", "Beijing hospital", "13900000002", HEAN
    ),
    DemoAccount(
        "institution",
        "changanyy",
        "石家庄长安和安医院",
        "Shijiazhuang hospital",
        "13900000003",
        CHANGAN_HOSPITAL,
    ),
    DemoAccount(
        "institution",
        "chaoyangyy",
        "北京朝阳安康医院",
        "Beijing's other hospital",
        "13900000008",
        CHAOYANG,
    ),
    DemoAccount(
        "authority", "xicheng1", "西城区卫生健康委", "Xicheng authority", "13900000004", XICHENG
    ),
    DemoAccount(
        "authority", "beijing1", "北京市卫生健康委", "Beijing authority", "13900000005", BEIJING
    ),
    DemoAccount(
        "authority", "changan1", "长安区卫生健康局", "Chang'an authority", "13900000006", CHANGAN
    ),
    DemoAccount("operator", "operator1", "系统运行", "operator", "13900000007"),
)


async def seed(services: dict[str, Service]) -> None:
    """Put the demo data in, through the use cases and the bus like everything else.

    Refused in production: everybody knows the password of these accounts.
    """
    if os.environ.get("ZHIYE_PRODUCTION"):
        raise Refused(_NOT_IN_PRODUCTION)
    institutions = services["institutions"].kit
    database = institutions.database
    async with database.transaction() as tx:
        for id_, name, level, region in AUTHORITIES:
            await register_authority(
                tx, institutions, name=name, level=level, region=region, authority_id=id_
            )
    async with database.transaction() as tx:
        for id_, name, organisation, region in INSTITUTIONS:
            await register_institution(
                tx,
                institutions,
                name=name,
                region=region,
                registration_number=institution_number(organisation, region, "11", "A100", "1"),
                level="tertiary-a",
                institution_id=id_,
            )
    for group, (id_, count) in enumerate(EXISTING):
        _, name, _, region = next(row for row in INSTITUTIONS if row[0] == id_)
        await take_over(
            services["registration"],
            existing_nurses(count, group),
            institution_id=id_,
            institution_name=name,
            region=region,
            region_online=id_ != OFFLINE_HOSPITAL,
        )
    await seed_physicians(
        services["qualifications"],
        services["registration"],
        {
            "hean": _place(HEAN, XICHENG),
            "other": _place(HEAN_OTHER_NAME, XICHENG),
            "changan": _place(CHANGAN_HOSPITAL, CHANGAN),
        },
    )
    accounts = services["accounts"].kit
    for account in ACCOUNTS:
        command = IssueStaffAccount(
            role=account.role,
            name=account.name,
            user_name=account.user_name,
            phone=account.phone,
            organisation_id=account.organisation_id,
            password=PASSWORD,
        )
        async with asyncio.timeout(30):
            while True:
                try:
                    async with accounts.database.transaction() as tx:
                        await issue_staff_account(tx, accounts, command, None)
                    break
                except Refused as refusal:
                    codes = {reason.code for reason in refusal.reasons}
                    if "user_name_taken" in codes:
                        break
                    if "organisation_unknown" not in codes:
                        raise
                    # The organisation is still on its way over the bus.
                    await asyncio.sleep(0.02)


def _place(institution_id: str, authority_id: str) -> Place:
    _, name, _, region = next(row for row in INSTITUTIONS if row[0] == institution_id)
    authority = next(name for id_, name, *_ in AUTHORITIES if id_ == authority_id)
    return Place(institution_id, name, region, authority_id, authority)


def announce(address: str, *, seconds: float, demo: bool, log: Path) -> None:
    """Print where to go."""
    lines = [
        "",
        say(f"zhiye 已就绪，用时 {seconds:.1f} 秒。", f"zhiye is ready after {seconds:.1f} s."),
        "",
        f"  {say('入口', 'gateway')}    {address}",
        f"  {say('接口文档', 'API docs')}  {address}/docs",
    ]
    if demo:
        lines += [
            f"  {say('短信邮件', 'messages')}  {address}/development/messages",
            "",
            say(f"演示账户（密码均为 {PASSWORD}）：", f"Demo log-ins (password {PASSWORD}):"),
            *(f"  {a.user_name:<11} {say(a.name, a.name_en)}  [{a.role}]" for a in ACCOUNTS),
            "",
            say(
                "下一步：在另一个终端运行 make demo，看一名护士从考试成绩到执业证书。",
                "Next: run `LANG=en make demo` in another terminal and watch a nurse go from an "
                "exam result to a practice certificate.",
            ),
        ]
    lines += [say(f"日志：{log}。按 Ctrl-C 停止。", f"Log: {log}. Ctrl-C stops it."), ""]
    print("\n".join(lines), flush=True)
