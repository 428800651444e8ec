"""The main job: ``zhiye demo`` against a running system, embedded and distributed."""

from __future__ import annotations

import asyncio
import re
import signal
import subprocess
import sys
from collections import Counter

import pytest
from tests.journeys.databases import all_is_well, query
from tests.journeys.story import PatientSession, tell
from tests.journeys.system import System, clean_environment

from zhiye_chassis.clock import SystemClock
from zhiye_launcher import registry

pytestmark = pytest.mark.timeout(300)  # six processes to start, on two cores
SECTIONS = {
    "zh": (
        "一、考试中心报送护士考试成绩",
        "二、护士首次注册：从账户到执业证书",
        "三、不符合条件：提交时一次告知全部原因",
        "四、退回补正，再到不予批准",
        "五、已注册的护士：由医院发放激活码",
        "六、医师：在本省变更主要执业机构，再备案一家机构",
    ),
    "en": (
        "I. The exam centre feeds nurse exam results",
        "II. A first registration: from the account to the practice certificate",
        "III. Conditions not met: every reason at once, on submission",
        "IV. Returned for correction, then refused",
        "V. A nurse who is registered already: the hospital issues her activation code",
        "VI. A physician: another main institution in the province, then a further one",
    ),
}
TOLD = {
    "zh": {
        "fed": r"报送 NDJSON 文件：收到 400 条，收录 (\d+) 条，退回 (\d+) 条",
        "again": r"同一文件再报送一次：未变 (\d+) 条，新增 0 条",
        "csv": r"报送往年成绩 CSV 文件：收录 20 条",
        "identity": r"注册账户；身份校验：",
        "verified": r"登录，验证码发至 1\d\d\*\*\*\*\d{4}，手机验证通过",
        "active": r"账户激活，全部功能开放",
        "draft": r"填写申请 N\d{15}；需提交的纸质材料：",
        "found": r"医院凭身份证号找到该申请（\d{3}\*{11}\d{3}[\dX]）",
        "live": r"医院审核同意；护士端实时收到进展",
        "approved": r"审批通过：执业证书编号 (\S+)，有效期至 (\S+)  ",
        "refused": r"提交被拒，共 3 个原因，未有任何改动：",
        "returned": r"医院退回补正，理由一次列全，期限暂停计算：",
        "decided": r"医院同意，行政部门不予批准，理由：",
        "why": r"医院问：\S+为什么不在激活名单里？",
        "list": r"医院的名单实时更新：\S+，等待激活账户",
        "issued": r"生成激活码，短信发至 1\d\d\*\*\*\*\d{4}；",
        "by_code": r"输入激活码和执业证书编号，账户激活；她的注册有效期至 \d{4}-",
        "moved": r"变更 N\d{15} 已批准：\S+；执业地点仍为北京市，证书编码不变（\d{15}）",
        "filed": r"多执业机构备案 N\d{15} 已完成：\S+，\d{4}-\d\d-\d\d 至 \d{4}-",
        "end": r"完。短信和邮件全文见 http://127\.0\.0\.1:\d+/development/messages",
    },
    "en": {
        "fed": r"An NDJSON file: 400 received, (\d+) recorded, (\d+) rejected",
        "again": r"The same file again: (\d+) unchanged, nothing new",
        "csv": r"A CSV file of an earlier year: 20 recorded",
        "identity": r"opens an account; identity check: ",
        "verified": r"a code goes to 1\d\d\*\*\*\*\d{4}; the phone is verified",
        "active": r"the account is active, everything is open",
        "draft": r"Fills in application N\d{15}; paper to hand in:",
        "found": r"The hospital finds it by the ID number \(\d{3}\*{11}\d{3}[\dX]\)",
        "live": r"The hospital approves; the nurse sees it live",
        "approved": r"Approved: certificate (\S+), valid until (\S+)  ",
        "refused": r"Refused with 3 reasons; nothing was changed:",
        "returned": r"The hospital returns it with all reasons; the clock stops:",
        "decided": r"the hospital agrees; the authority refuses, because:",
        "why": r"The hospital asks why \S+ is not in its activation list:",
        "list": r"The hospital's list is live: \S+, awaits a code",
        "issued": r"A code is issued and sent to 1\d\d\*\*\*\*\d{4};",
        "by_code": r"She enters it with her certificate number: the account is active; registered",
        "moved": r"Change N\d{15} is approved: .*; the location is still .*, the number the same",
        "filed": r"Filing N\d{15} is done: .*, \d{4}-\d\d-\d\d to \d{4}-",
        "end": r"The end\. Every SMS and email is at http://127\.0\.0\.1:\d+/development/messages",
    },
}
ONCE = {"fed", "again", "csv", "draft", "found", "live", "approved", "refused", "returned"}
SOURCES = {"zh": "《护士条例》第7条", "en": "Nurses Regulation art. 7"}


def run_demo(system: System, language: str) -> str:
    """What the command told; it must succeed."""
    locale = "en_US.UTF-8" if language == "en" else "zh_CN.UTF-8"
    done = subprocess.run(
        [sys.executable, "-m", "zhiye_launcher.cli", "demo", "--address", system.address],
        env=clean_environment(LANG=locale, PYTHONIOENCODING="utf-8"),
        capture_output=True,
        timeout=90,
        check=False,
    )
    said = done.stdout.decode()
    assert done.returncode == 0, said + done.stderr.decode()
    return said


def check_story(said: str, language: str) -> str:
    """Every section and step is told; the number of the practice certificate."""
    at = [said.index(section) for section in SECTIONS[language]]
    assert at == sorted(at)
    times = Counter({name: len(re.findall(line, said)) for name, line in TOLD[language].items()})
    assert times == Counter(dict.fromkeys(TOLD[language], 1)) + Counter(
        {"identity": 4, "verified": 4, "active": 2}
    )
    fed = re.search(TOLD[language]["fed"], said)
    assert fed is not None
    recorded, rejected = fed.groups()
    assert 360 <= int(recorded) < 400
    assert int(rejected) >= 5
    steps = [int(n) for n in re.findall(r"^ *(\d+)\. .*\[\d+ ms\]$", said, re.MULTILINE)]
    assert steps == list(range(1, 41)), "one numbered line a step, with its time"
    approved = re.search(TOLD[language]["approved"], said)
    assert approved is not None
    number, until = approved.groups()
    today = SystemClock().today()
    assert re.fullmatch(rf"{today.year}11\d{{6}}", number), "year, Beijing, serial: 12 digits"
    assert until.startswith(str(today.year + 5)), "five years, the last day before the anniversary"
    details = re.findall(r"^ {7}(\S.*)$", said, re.MULTILINE)
    conditions = [line for line in details if line[0] in "✓?" and "(" in line]
    assert len(conditions) == 15
    assert sum(SOURCES[language] in line for line in conditions) >= 3
    reasons = [line for line in details if line.startswith("✗") and "→" in line]
    assert len(reasons) == 3, "every unmet condition, with its next step"
    assert len([line for line in details if line.startswith("✉")]) == 3
    given = [line for line in details if line.startswith("· ") and ("：" in line or ": " in line)]
    assert len(given) >= 4, "two reasons of the return, two of the refusal"
    timeline = [
        line for line in details if re.match(rf"{today.year}-\d\d-\d\d \d\d:\d\d:\d\d", line)
    ]
    assert len(timeline) == 4 + 7
    return str(number)


async def test_the_demo_tells_the_whole_story_again_and_again_in_both_languages(
    embedded: System,
) -> None:
    numbers = []
    for language in ("zh", "zh", "en"):
        said = await asyncio.to_thread(run_demo, embedded, language)
        numbers.append(check_story(said, language))
    assert len(set(numbers)) == 3


def test_the_demo_says_so_when_nothing_runs() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "zhiye_launcher.cli", "demo", "--address", "http://127.0.0.1:9"],
        env=clean_environment(LANG="zh_CN.UTF-8", PYTHONIOENCODING="utf-8"),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "→ 请先运行 make run。" in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()


@pytest.mark.rabbitmq
async def test_every_service_as_its_own_process_tells_the_same_story(distributed: System) -> None:
    processes = {distributed.child(name).pid for name in (*registry.SERVICES, "gateway")}
    assert len(processes) == 6
    said = await asyncio.to_thread(run_demo, distributed, "zh")
    check_story(said, "zh")
    await all_is_well(distributed)


@pytest.mark.rabbitmq
async def test_a_service_killed_in_the_middle_loses_nothing_and_does_nothing_twice(
    distributed: System,
) -> None:
    """Registration dies when a submission is about to be sent, and when a decision was sent just
    now. Callers repeat what was not answered, with the same key."""
    await all_is_well(distributed)
    before = await counts(distributed)
    killed: list[int] = []

    def kill() -> None:
        process = distributed.child("registration")
        process.send_signal(signal.SIGKILL)
        killed.append(process.pid)

    class Killing(PatientSession):
        due = {"/submission": 0.0, "/decision": 0.015}

        def before(self, method: str, path: str) -> None:
            for end in [end for end in self.due if path.endswith(end) and method == "POST"]:
                if delay := self.due.pop(end):
                    asyncio.get_running_loop().call_later(delay, kill)
                else:
                    kill()

    await tell(distributed.address, Killing)
    assert len(set(killed)) == 2
    assert distributed.child("registration").pid not in killed
    once = {
        "applications": 3 + 2,
        "steps": 4 + 2 + 7 + 4 + 4,
        "registrations": 1,
        "histories": 1 + 1,
        "accounts": 5,
        "active": 5,
        "told": 3 + 6 + 3 + 3,
    }

    async def grown() -> dict[str, int]:
        after = await counts(distributed)
        return {name: after[name] - before[name] for name in after}

    async with asyncio.timeout(30):
        while True:
            if await grown() == once:
                break
            await asyncio.sleep(0.2)
    await all_is_well(distributed)
    await asyncio.sleep(1)  # whatever comes twice has come by now
    assert await grown() == once


COUNTS = {
    "registration": {
        "applications": "SELECT count(*) FROM application",
        "steps": "SELECT count(*) FROM application_step",
        "registrations": "SELECT count(*) FROM registration",
        "histories": "SELECT count(*) FROM registration_history",
    },
    "accounts": {
        "accounts": "SELECT count(*) FROM account WHERE role = 'practitioner'",
        "active": "SELECT count(*) FROM account WHERE role = 'practitioner' AND status = 'active'",
    },
    "notifications": {
        "told": "SELECT count(*) FROM in_app_message WHERE template LIKE 'application%'"
    },
}


async def counts(system: System) -> dict[str, int]:
    found: dict[str, int] = {}
    for service, statements in COUNTS.items():
        found |= await query(system, service, statements)
    return found
