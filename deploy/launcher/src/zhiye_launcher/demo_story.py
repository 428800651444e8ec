"""The main job, told against a running system over HTTP through the gateway only."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import aiohttp

from zhiye_launcher import demo_data
from zhiye_launcher.demo_client import Live, Unexpected
from zhiye_launcher.demo_physician import PhysicianChapter
from zhiye_launcher.demo_steps import nurse_form, reaches
from zhiye_launcher.generator import Record, dirty_kind, generate_nurse_exam_results
from zhiye_launcher.language import say, terminal_language

_DIRTY = 0.05


async def tell(address: str) -> int:
    """Tell the whole story; 0 when every step came out as told, 1 when one did not.

    Raises ``Refused`` when nothing answers at the address, or it has no demo data.
    """
    timeout = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(timeout=timeout) as http:
        story = Story(http, address)
        await story.check_that_it_runs()
        try:
            await story.run()
        except (Unexpected, TimeoutError, LookupError, TypeError) as error:
            print(
                say("演示中断：与预期不符。", "The story broke off: not as expected."),
                str(error) or type(error).__name__,
                flush=True,
            )
            return 1
    return 0


def _reasons(problem: dict[str, Any]) -> list[str]:
    told = say("依据", "source")
    return [
        f"✗ {reason['reason']} → {reason['next_step']}"
        + (f" ({told}: {reason['source']})" if reason.get("source") else "")
        for reason in problem["reasons"]
    ]


class Story(PhysicianChapter):
    """The chapters, in order."""

    async def run(self) -> None:
        people = await self._feed()
        await self._first_registration(people[0])
        await self._all_reasons_at_once(people[1])
        await self._returned_and_refused(people[2])
        await self._activated_by_the_hospital()
        await self._physician()
        print(
            say("\n完。短信和邮件全文见 ", "\nThe end. Every SMS and email is at ")
            + f"{self._address}/development/messages",
            flush=True,
        )

    async def _feed(self) -> list[Record]:
        self._say.heading(
            "一、考试中心报送护士考试成绩", "I. The exam centre feeds nurse exam results"
        )
        centre = self._session()
        await centre.log_in_as_client("examcentre", demo_data.PASSWORD)
        self._say.step(
            "考试中心用自己的客户端凭证取得访问令牌",
            "The exam centre gets a token with its own client credentials",
        )
        this_year = list(generate_nurse_exam_results(400, self._seed, 2026, dirty=_DIRTY))
        long_ago = list(generate_nurse_exam_results(20, self._seed + 1, 2020, dirty=0))
        first = await self._send(centre, this_year, "ndjson")
        counts = first["counts"]
        self._say.step(
            f"报送 NDJSON 文件：收到 {counts['received']} 条，收录 {counts['recorded']} 条，"
            f"退回 {counts['rejected']} 条",
            f"An NDJSON file: {counts['received']} received, {counts['recorded']} recorded, "
            f"{counts['rejected']} rejected",
            [
                f"✗ {say('第', 'line ')}{reject['line']}{say('行', '')}: "
                + "; ".join(
                    f"{reason['field']}: {reason['reason'][terminal_language()]}"
                    for reason in reject["reasons"]
                )
                for reject in first["rejects"][:4]
            ],
        )
        again = await self._send(centre, this_year, "ndjson")
        if again["counts"]["recorded"]:
            raise Unexpected(f"recorded again: {again['counts']['recorded']}")
        self._say.step(
            f"同一文件再报送一次：未变 {again['counts']['unchanged']} 条，新增 0 条",
            f"The same file again: {again['counts']['unchanged']} unchanged, nothing new",
        )
        batch = await self._send(centre, long_ago, "csv")
        self._say.step(
            f"报送往年成绩 CSV 文件：收录 {batch['counts']['recorded']} 条",
            f"A CSV file of an earlier year: {batch['counts']['recorded']} recorded",
        )
        # Numbers made for an earlier telling may come up again: those people were rejected.
        rejected = {reject["line"] for reject in first["rejects"]}
        accepted = [
            record
            for line, record in enumerate(this_year, 1)
            if dirty_kind(line - 1, _DIRTY) is None and line not in rejected
        ]
        rejected = {reject["line"] for reject in batch["rejects"]}
        older = [record for line, record in enumerate(long_ago, 2) if line not in rejected]
        return [accepted[0], older[0], accepted[1]]

    async def _first_registration(self, record: Record) -> None:
        self._say.heading(
            "二、护士首次注册：从账户到执业证书",
            "II. A first registration: from the account to the practice certificate",
        )
        nurse = await self._open_account(record, 1)
        async with Live(nurse.session, self._http) as live:
            may = await nurse.session.call(
                "GET", f"/api/v1/my/eligibility/nurse-first?institution_id={demo_data.HEAN}"
            )
            marks = {"met": "✓", "not_met": "✗", "unknown": "?"}
            self._say.step(
                "查看“我能办吗”：逐项条件及依据",
                "“May I?”: each condition with its source",
                [f"{marks[c['outcome']]} {c['text']} ({c['source']})" for c in may["conditions"]],
            )
            draft = await self._draft(nurse, nurse_form())
            self._say.step(
                f"填写申请 {draft['number']}；需提交的纸质材料：",
                f"Fills in application {draft['number']}; paper to hand in:",
                [f"· {item}" for item in draft["checklist"]],
            )
            await self._submit(nurse, draft)
            hospital = await self._staff("heanyiyuan")
            found = await hospital.call(
                "POST", "/api/v1/applications/search", {"id_number": record["id_number"]}
            )
            item = found[0]
            self._say.step(
                f"医院凭身份证号找到该申请（{item['id_number']}）",
                f"The hospital finds it by the ID number ({item['id_number']})",
            )
            await self._review(hospital, item["id"], "institution-review", "approve")
            await live.wait(reaches(draft, "awaiting_authority"))
            self._say.step(
                "医院审核同意；护士端实时收到进展",
                "The hospital approves; the nurse sees it live",
            )
            authority = await self._staff("xicheng1")
            await self._review(authority, item["id"], "decision", "approve")
            await live.wait(reaches(draft, "approved"))
            mine = await nurse.session.call("GET", "/api/v1/my/registration")
            registration = mine["registration"]
            self._say.step(
                f"审批通过：执业证书编号 {registration['certificate_number']}，"
                f"有效期至 {registration['valid_until']}",
                f"Approved: certificate {registration['certificate_number']}, "
                f"valid until {registration['valid_until']}",
            )
        await self._timeline(nurse, draft["id"])
        messages = await self._messages(nurse, 3)
        self._say.step(
            "每一步都有消息：",
            "A message at each step:",
            [f"✉ {message['text']}" for message in messages],
        )

    async def _all_reasons_at_once(self, record: Record) -> None:
        self._say.heading(
            "三、不符合条件：提交时一次告知全部原因",
            "III. Conditions not met: every reason at once, on submission",
        )
        nurse = await self._open_account(record, 2)
        form = nurse_form()
        form["health"]["checked_on"] = str(date.today() - timedelta(days=300))  # noqa: DTZ011
        form.pop("department")
        draft = await self._draft(nurse, form)
        problem = await nurse.session.call(
            "POST", f"/api/v1/applications/{draft['id']}/submission", expect=422
        )
        self._say.step(
            f"提交被拒，共 {len(problem['reasons'])} 个原因，未有任何改动：",
            f"Refused with {len(problem['reasons'])} reasons; nothing was changed:",
            _reasons(problem),
        )
        await nurse.session.call("POST", f"/api/v1/applications/{draft['id']}/withdrawal")

    async def _returned_and_refused(self, record: Record) -> None:
        self._say.heading("四、退回补正，再到不予批准", "IV. Returned for correction, then refused")
        nurse = await self._open_account(record, 3)
        async with Live(nurse.session, self._http) as live:
            draft = await self._draft(nurse, nurse_form())
            await self._submit(nurse, draft)
            hospital = await self._staff("heanyiyuan")
            await self._review(
                hospital,
                draft["id"],
                "institution-review",
                "return",
                [
                    {"code": "form_incorrect", "text": "工作科室应为急诊(科)室"},
                    {"code": "materials_incomplete", "text": "缺少健康检查证明"},
                ],
            )
            await live.wait(reaches(draft, "returned"))
            mine = await nurse.session.call("GET", f"/api/v1/applications/{draft['id']}")
            self._say.step(
                "医院退回补正，理由一次列全，期限暂停计算：",
                "The hospital returns it with all reasons; the clock stops:",
                [f"· {reason['text']}" for reason in mine["reasons"]],
            )
            await nurse.session.call(
                "PUT",
                f"/api/v1/applications/{draft['id']}",
                {"institution_id": demo_data.HEAN, "form": nurse_form(department="emergency")},
                headers={"If-Match": mine["etag"]},
            )
            await self._submit(nurse, draft)
            await self._review(hospital, draft["id"], "institution-review", "approve")
            authority = await self._staff("xicheng1")
            await self._review(
                authority,
                draft["id"],
                "decision",
                "refuse",
                [
                    {"code": "identity_mismatch", "text": "现场核验身份证件与本人不符"},
                    {"code": "health_not_met", "text": "健康检查证明未加盖公章"},
                ],
            )
            await live.wait(reaches(draft, "refused"))
        refused = await nurse.session.call("GET", f"/api/v1/applications/{draft['id']}")
        self._say.step(
            "补正后重新提交，医院同意，行政部门不予批准，理由：",
            "Corrected and submitted again; the hospital agrees; the authority refuses, because:",
            [f"· {reason['text']}" for reason in refused["reasons"]],
        )
        await self._timeline(nurse, draft["id"])
