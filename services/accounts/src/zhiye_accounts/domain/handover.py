"""What is seen before an institution is handed its user name and password (Q15, Q36, deck 3.1)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from zhiye_contracts.codes.table import table
from zhiye_contracts.identifiers import mask_id_number_for_others, mask_phone
from zhiye_contracts.reasons import Reason, Refused, Text

MATERIALS = table(
    "staff_account_material",
    "Q15, Q36",
    """
    licence_copy | 医疗机构执业许可证副本 | copy of the practice licence
    authorisation_letter | 机构授权委托书 | letter of authorisation
    person_in_charge_id | 机构负责人身份证 | identity card of the person in charge
    delegate_id | 受委托人身份证 | identity card of the delegate
    provincial_other | 省级规定的其他材料 | other materials the province asks for
    """,
)
"""The officer sees the original of each and keeps a copy."""

_ALWAYS = ("licence_copy", "authorisation_letter", "person_in_charge_id")

PERSON_IN_CHARGE_MISSING = Reason(
    "person_in_charge_missing",
    Text("没有填写机构负责人姓名。", "The name of the person in charge is missing."),
    Text("请按身份证填写机构负责人姓名。", "Give the name as on the identity card seen."),
    field="person_in_charge",
    source="Q15, Q36",
)
DELEGATE_MISSING = Reason(
    "delegate_missing",
    Text(
        "已核验受委托人身份证，但没有填写受委托人。",
        "A delegate's identity card was seen, but no delegate is named.",
    ),
    Text("请填写受委托人的姓名和身份证号。", "Give the delegate's name and ID number."),
    field="delegate",
    source="Q15, Q36",
)


@dataclass(frozen=True, slots=True)
class Handover:
    """What an officer saw, and who came."""

    materials: Collection[str] = ()
    person_in_charge: str | None = None
    delegate: tuple[str, str] | None = None
    """Name and ID number of who came in the place of the person in charge."""

    def check(self, *, person_known: bool = False) -> None:
        """``Refused`` with everything that is missing, at once. ``person_known``: the person in
        charge need not be named again."""
        needed = _ALWAYS if self.delegate is None else (*_ALWAYS, "delegate_id")
        faults = [_missing(code) for code in needed if code not in self.materials]
        if self.person_in_charge is None and not person_known:
            faults.append(PERSON_IN_CHARGE_MISSING)
        if self.delegate is None and "delegate_id" in self.materials:
            faults.append(DELEGATE_MISSING)
        if faults:
            raise Refused(*faults)

    def told(self, phone: str) -> dict[str, Any]:
        """For the log of acts: numbers are masked."""
        details: dict[str, Any] = {
            "materials": [code for code in MATERIALS if code in self.materials],
            "phone": mask_phone(phone),
        }
        if self.person_in_charge is not None:
            details["person_in_charge"] = self.person_in_charge
        if self.delegate is not None:
            name, id_number = self.delegate
            details["delegate"] = {
                "name": name,
                "id_number": mask_id_number_for_others(id_number),
            }
        return details


def _missing(code: str) -> Reason:
    return Reason(
        "material_missing",
        Text(f"缺少{MATERIALS[code].zh}。", f"The {MATERIALS[code].en} is missing."),
        Text("请核验原件并留存复印件后勾选。", "See the original, keep a copy, then tick it."),
        field="materials",
        source="Q15, Q36",
    )
