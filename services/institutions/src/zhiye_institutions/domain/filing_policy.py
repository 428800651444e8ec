"""The policy table of filings: what an institution applies for in its own matters, one row a kind.

Where neither the handbook nor the law that was read whole gives a number or a list, the row says
so (source ``SETTING``): provinces differ, and ``ZHIYE_INSTITUTIONS_FILING_DAYS`` overrides days.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from zhiye_contracts.codes import FILING_KINDS
from zhiye_contracts.reasons import Text

SETTING = ""
"""Source of what is configuration: neither the handbook nor a law that was read says it."""

MOST_A_DAY = 20
"""Filings that an institution may begin within a day."""


@dataclass(frozen=True, slots=True)
class Material:
    """Something on paper or as a file that has to be handed in. ``categories`` are the beginnings
    of the category codes it is for; empty is all."""

    code: str
    name: Text
    source: str = "Q48"
    required: bool = True
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """One row. ``days`` are calendar days, as the law says 日 and not 工作日; the clock stops while
    a filing is returned. ``fields`` may be proposed; ``needed`` must be proposed or on record."""

    slug: str
    summary: Text
    from_status: tuple[str, ...]
    fields: tuple[str, ...]
    needed: tuple[str, ...]
    materials: tuple[Material, ...]
    days: int
    days_source: str
    effect: Text
    refusal_effect: Text | None = None

    @property
    def name(self) -> Text:
        return FILING_KINDS[self.slug]

    def materials_for(self, category: str) -> tuple[Material, ...]:
        """What an institution of this category hands in."""
        return tuple(
            one
            for one in self.materials
            if not one.categories or category.startswith(one.categories)
        )


OUTPATIENT_AND_CLINICS = ("D",)
"""门诊部、诊所、卫生所、医务室、卫生保健所和卫生站 (Q48): class D of WS 218-2002. A 卫生站 has no
code of its own; village clinics (D600) go by that name in some provinces."""

FIELDS: dict[str, Text] = {
    "name": Text("名称", "name"),
    "address": Text("地址", "address"),
    "person_in_charge": Text("法定代表人或主要负责人", "person in charge"),
    "level": Text("等级", "level"),
    "beds": Text("床位数", "beds"),
    "departments": Text("科室", "departments"),
    "subjects": Text("诊疗科目", "subjects of practice"),
    "closed_from": Text("停业开始日期", "first day of the closure"),
    "closed_until": Text("停业结束日期", "last day of the closure"),
    "reason": Text("原因和理由", "reason"),
}
"""Everything a filing can propose."""

OF_RECORD = ("name", "address", "person_in_charge", "level", "beds", "departments", "subjects")
"""What an approval writes into the institution's record."""

_PROVINCE = Material(
    "province-other",
    Text("省级卫生健康行政部门规定的其他材料", "other materials that the province demands"),
    required=False,  # which ones: configuration of the province
)
_LICENCE_COPY = Material(
    "licence-copy",
    Text("《医疗机构执业许可证》及其副本", "practice licence and its duplicate"),
    SETTING,
)


def _application(code: str, zh: str, en: str) -> Material:
    return Material(code, Text(zh, en), SETTING)


_ROWS = (
    Kind(
        slug="practice-licence",
        summary=Text(
            "设置批准后、开业前申请执业登记，领取《医疗机构执业许可证》。",
            "After it was allowed to be set up and before it opens: the practice licence.",
        ),
        from_status=("planned",),
        fields=("address", "person_in_charge", "level", "beds", "departments", "subjects"),
        # What a licence states, as the Regulation lists it; no seed does.
        needed=("address", "person_in_charge", "beds", "subjects"),
        materials=(
            Material(
                "application-form",
                Text("《医疗机构执业登记申请书》", "application for the practice licence"),
            ),
            Material(
                "setting-up-approval",
                Text(
                    "《设置医疗机构批准书》或《设置医疗机构备案回执》",
                    "approval or acknowledgement of the setting up",
                ),
            ),
            Material(
                "premises",
                Text(
                    "医疗机构用房产权证明或者使用证明", "proof of ownership or use of the premises"
                ),
            ),
            Material("floor-plan", Text("医疗机构建筑设计平面图", "floor plan")),
            Material(
                "assets",
                Text("验资证明、资产评估报告", "proof of capital and valuation of assets"),
            ),
            Material("rules", Text("医疗机构规章制度", "rules of the institution")),
            Material(
                "leaders",
                Text(
                    "法定代表人或者主要负责人名录和有关资格证书、执业证书复印件",
                    "list of those in charge, with copies of their certificates",
                ),
            ),
            Material(
                "drugs",
                Text("附设药房（柜）的药品种类清单", "list of the drugs of the attached pharmacy"),
                categories=OUTPATIENT_AND_CLINICS,
            ),
            Material(
                "staff",
                Text(
                    "卫生技术人员名录及其有关资格证书、执业证书复印件",
                    "list of the health staff, with copies of their certificates",
                ),
                categories=OUTPATIENT_AND_CLINICS,
            ),
            _PROVINCE,
        ),
        days=45,
        days_source="Regulation on Medical Institutions (2016)",
        effect=Text(
            "核发登记号，机构进入执业状态。",
            "A registration number; the institution is in practice.",
        ),
    ),
    Kind(
        slug="change",
        summary=Text(
            "变更名称、地址、负责人、床位、诊疗科目、科室或等级。",
            "Another name, address, person in charge, number of beds, subjects, departments or"
            " level.",
        ),
        from_status=("in_force", "suspended"),
        fields=OF_RECORD,
        needed=(),
        materials=(
            Material(
                "change-form",
                Text(
                    "法定代表人或者主要负责人签署的《医疗机构申请变更登记注册书》",
                    "application for the change, signed by the person in charge",
                ),
            ),
            Material(
                "change-reason",
                Text("申请变更登记的原因和理由", "cause of and reasons for the change"),
            ),
            Material(
                "registrar-other",
                Text(
                    "登记机关规定提交的其他材料",
                    "other materials that the registering authority demands",
                ),
                required=False,  # which ones: configuration of the authority
            ),
        ),
        days=30,
        days_source=SETTING,
        effect=Text(
            "更新登记内容，原名称保留备查。", "The record changes; the old name stays findable."
        ),
    ),
    Kind(
        slug="periodic-check",
        summary=Text(
            "床位不满 100 张的每年一次，其他的每三年一次。",
            "Each year with fewer than 100 beds, else every three years.",
        ),
        from_status=("in_force", "suspended"),
        fields=(),
        needed=(),
        materials=(
            _application(
                "check-form", "《医疗机构校验申请书》", "application for the periodic check"
            ),
            _LICENCE_COPY,
        ),
        days=30,
        days_source=SETTING,
        effect=Text("校验合格，确定下次校验日期。", "Passed; the next check is dated."),
        refusal_effect=Text("暂缓校验。", "Not passed: the institution is suspended."),
    ),
    Kind(
        slug="closure",
        summary=Text("停业，最长一年。", "Closure for a time, at most one year."),
        from_status=("in_force", "suspended"),
        fields=("closed_from", "closed_until", "reason"),
        needed=("closed_from", "closed_until", "reason"),
        materials=(_application("closure-form", "停业申请书", "application for the closure"),),
        days=30,
        days_source=SETTING,
        effect=Text("自停业之日起停业。", "Closed from the first day of the closure."),
    ),
    Kind(
        slug="reopening",
        summary=Text("停业后恢复执业。", "Practice begins again after a closure."),
        from_status=("closed",),
        fields=("reason",),
        needed=(),
        materials=(
            _application("reopening-form", "恢复执业申请书", "application for the reopening"),
            _LICENCE_COPY,
        ),
        days=30,
        days_source=SETTING,
        effect=Text("恢复执业。", "The institution is in practice again."),
    ),
    Kind(
        slug="cancellation",
        summary=Text(
            "终止执业，注销登记。", "The institution ends; its registration is cancelled."
        ),
        from_status=("in_force", "suspended", "closed"),
        fields=("reason",),
        needed=("reason",),
        materials=(
            _application("cancellation-form", "注销登记申请书", "application for the cancellation"),
            _LICENCE_COPY,
        ),
        days=30,
        days_source=SETTING,
        effect=Text("注销，收回许可证。", "Cancelled; the licence is handed back."),
    ),
)

KINDS: Mapping[str, Kind] = {row.slug: row for row in _ROWS}
