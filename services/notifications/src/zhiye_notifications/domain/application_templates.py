"""Messages about the steps of a person's application."""

from __future__ import annotations

from typing import Any

from zhiye_contracts.reasons import Text
from zhiye_notifications.domain.template import Template

_STEP: dict[str, Any] = {
    "business_type": "nurse-first",
    "number": "N202611230000017",
    "institution": "北京示例医院",
    "authority": "西城区卫生健康委员会",
    "deadline": "2026-12-21",
    "reasons": [],
}
_REASONED = _STEP | {"reasons": ["健康证明已超过 6 个月", "劳动合同缺少机构盖章"]}

APPLICATION_TEMPLATES: dict[str, Template] = {
    "application_awaiting_institution": Template(
        title=Text("申请已提交，等待机构审核", "Submitted, waiting for the institution"),
        text=Text(
            "您的{business}申请（{number}）已提交，等待{institution}审核{until}。",
            "Your application for {business} ({number}) was submitted; {institution} reviews it "
            "next{until}.",
        ),
        next_step=Text(
            "您现在无需操作；可以随时查看进度，审批决定作出前可以撤回。",
            "You need not do anything now. You can follow it, and withdraw it until the decision.",
        ),
        sms=Text(
            "您的{business}申请（{number}）已提交，待{institution}审核。",
            "{business} {number}: submitted, {institution} reviews it.",
        ),
        example=_STEP,
        source="deck step 9",
    ),
    "application_awaiting_origin": Template(
        title=Text("申请已提交，等待原机构审核", "Submitted, waiting for the original institution"),
        text=Text(
            "您的{business}申请（{number}）已提交，等待原执业机构{waits_for}审核{until}。",
            "Your application for {business} ({number}) was submitted; {waits_for}, where you "
            "come from, reviews it next{until}.",
        ),
        next_step=Text(
            "您现在无需操作；可以随时查看进度，审批决定作出前可以撤回。",
            "You need not do anything now. You can follow it, and withdraw it until the decision.",
        ),
        sms=Text(
            "您的{business}申请（{number}）已提交，待{waits_for}审核。",
            "{business} {number}: submitted, {waits_for} reviews it.",
        ),
        example=_STEP | {"business_type": "nurse-military-to-local", "waits_for": "某部队医院"},
        source="Q33",
    ),
    "application_awaiting_confirmation": Template(
        title=Text("审批已通过，等待原机构确认", "Approved, waiting to be confirmed"),
        text=Text(
            "{authority}已批准您的{business}申请（{number}），"
            "还需原执业机构{waits_for}核实确认{until}。",
            "{authority} has approved your application for {business} ({number}); {waits_for}, "
            "where you come from, has to confirm it{until}.",
        ),
        next_step=Text(
            "您现在无需操作；确认后注册即生效，届时会再通知您。",
            "You need not do anything now. You are registered once it is confirmed, and will be "
            "told.",
        ),
        sms=Text(
            "{authority}已批准您的{business}申请（{number}），待{waits_for}确认后生效。",
            "{business} {number}: approved; {waits_for} has to confirm it.",
        ),
        example=_STEP | {"business_type": "nurse-military-to-local", "waits_for": "某部队医院"},
        source="Q33",
    ),
    "application_origin_refused": Template(
        title=Text("原机构未同意您的申请", "The original institution did not agree"),
        text=Text(
            "原军队武警机构未同意您的{business}申请（{number}）。全部原因：{reasons}",
            "The military institution that you come from did not agree to your application for "
            "{business} ({number}). All reasons: {reasons}",
        ),
        next_step=Text(
            "请与该机构联系，改正后可以重新申请。",
            "Speak to them; you can apply again when it is mended.",
        ),
        sms=Text(
            "原军队武警机构未同意您的{business}申请（{number}）：{reasons}。请联系后重新申请。",
            "{business} {number}: the original institution did not agree: {reasons}.",
        ),
        example=_REASONED | {"business_type": "nurse-military-to-local"},
        source="Q33",
    ),
    "application_not_confirmed": Template(
        title=Text("原机构未予确认", "It was not confirmed"),
        text=Text(
            "您的{business}申请（{number}）审批后，原军队武警机构未予确认，注册没有生效。"
            "全部原因：{reasons}",
            "After your application for {business} ({number}) was approved, the military "
            "institution did not confirm it: you are not registered. All reasons: {reasons}",
        ),
        next_step=Text(
            "请与原军队武警机构联系，解决后可以重新申请。",
            "Speak to the military institution; you can apply again when it is settled.",
        ),
        sms=Text(
            "您的{business}申请（{number}）原军队武警机构未予确认，未生效：{reasons}。",
            "{business} {number}: not confirmed, no effect: {reasons}.",
        ),
        example=_REASONED | {"business_type": "nurse-military-to-local"},
        source="Q33",
    ),
    "application_awaiting_authority": Template(
        title=Text("申请已到审批机关", "Waiting for the authority"),
        text=Text(
            "您的{business}申请（{number}）已转{authority}审批{until}。",
            "Your application for {business} ({number}) is with {authority} for decision{until}.",
        ),
        next_step=Text(
            "您现在无需操作；可以随时查看进度，审批决定作出前可以撤回。",
            "You need not do anything now. You can follow it, and withdraw it until the decision.",
        ),
        sms=Text(
            "您的{business}申请（{number}）已转{authority}审批。",
            "{business} {number}: with {authority} for decision.",
        ),
        example=_STEP,
        source="deck step 9; Q59.9",
    ),
    "application_returned": Template(
        title=Text("申请退回补正", "Returned for correction"),
        text=Text(
            "您的{business}申请（{number}）需要补正，需补正的全部内容：{reasons}",
            "Your application for {business} ({number}) has to be corrected. All that is "
            "missing: {reasons}",
        ),
        next_step=Text(
            "请一次补正全部内容后重新提交{until}。",
            "Correct all of it, then submit it again{until}.",
        ),
        sms=Text(
            "您的{business}申请（{number}）需补正：{reasons}。请补正后重新提交。",
            "{business} {number} needs correction: {reasons}. Correct it and submit it again.",
        ),
        example=_REASONED,
        source="Administrative Licensing Law art. 32; Q59.9",
    ),
    "application_institution_refused": Template(
        title=Text("机构未同意您的申请", "The institution did not agree"),
        text=Text(
            "{institution}未同意您的{business}申请（{number}）。全部原因：{reasons}",
            "{institution} did not agree to your application for {business} ({number}). All "
            "reasons: {reasons}",
        ),
        next_step=Text(
            "请与该机构联系；改正后可以重新申请，也可以向其他机构提出申请。",
            "Speak to the institution; you can apply again when it is mended, or to another one.",
        ),
        sms=Text(
            "{institution}未同意您的{business}申请（{number}）：{reasons}。请联系机构后重新申请。",
            "{business} {number}: {institution} did not agree: {reasons}. Speak to them and apply "
            "again.",
        ),
        example=_REASONED,
        source="Q59.9",
    ),
    "application_approved": Template(
        title=Text("申请已批准", "Approved"),
        text=Text(
            "{authority}已批准您的{business}申请（{number}）。",
            "{authority} has approved your application for {business} ({number}).",
        ),
        next_step=Text("请登录查看执业注册信息。", "Log in to see your practice registration."),
        sms=Text(
            "{authority}已批准您的{business}申请（{number}），请登录查看执业注册信息。",
            "{business} {number}: approved. Log in to see your registration.",
        ),
        example=_STEP,
        source="Regulation on Nurses art. 8",
    ),
    "application_refused": Template(
        title=Text("申请未获批准", "Not approved"),
        text=Text(
            "{authority}未批准您的{business}申请（{number}）。全部理由：{reasons}",
            "{authority} has not approved your application for {business} ({number}). All "
            "reasons: {reasons}",
        ),
        next_step=Text(
            "按理由改正后可以重新申请；不服本决定的，可以依法申请行政复议或者提起行政诉讼。",
            "You can apply again when this is mended. Against the decision you may seek "
            "administrative reconsideration or go to court.",
        ),
        sms=Text(
            "{authority}未批准您的{business}申请（{number}）：{reasons}。"
            "改正后可重新申请；不服的可依法申请行政复议或提起行政诉讼。",
            "{business} {number}: not approved: {reasons}. Mend it and apply again; you may also "
            "seek reconsideration or go to court.",
        ),
        example=_REASONED,
        source="Administrative Licensing Law art. 38",
    ),
    "application_withdrawn": Template(
        title=Text("申请已撤回", "Withdrawn"),
        text=Text(
            "您的{business}申请（{number}）已撤回。",
            "Your application for {business} ({number}) was withdrawn.",
        ),
        next_step=Text("需要办理时请重新申请。", "Make a new application when you need to."),
        sms=Text(
            "您的{business}申请（{number}）已撤回。非本人操作请立即修改密码。",
            "{business} {number}: withdrawn. Not you? Change your password now.",
        ),
        example=_STEP,
    ),
    "application_superseded": Template(
        title=Text("申请已终止", "Your application has ended"),
        text=Text(
            "因机构或审批机关对您的注册提出了申请，您的{business}申请（{number}）已终止。",
            "Your institution or the authority has filed something about your registration: your "
            "application for {business} ({number}) has ended.",
        ),
        next_step=Text(
            "请登录查看；有异议的请联系该机构或审批机关。",
            "Log in to see it; if you object, speak to them.",
        ),
        sms=Text(
            "因机构或审批机关提出申请，您的{business}申请（{number}）已终止，请登录查看。",
            "{business} {number}: ended, as something was filed about your registration. Log in.",
        ),
        example=_STEP,
        source="Q41",
    ),
    "application_readdressed": Template(
        title=Text("申请的机构名称有变化", "The institution of your application has another name"),
        text=Text(
            "机构记录合并或撤销合并后，您的{business}申请（{number}）现由{institution}办理。",
            "Records of the institution were merged or parted: your application for {business} "
            "({number}) is with {institution} now.",
        ),
        next_step=Text(
            "您无需操作，办理进度和期限不变。",
            "You need not do anything; progress and deadline stay as they are.",
        ),
        sms=Text(
            "您的{business}申请（{number}）现由{institution}办理，您无需操作。",
            "{business} {number}: with {institution} now. You need not do anything.",
        ),
        example=_STEP,
        source="Q20.4.2, Q41.4.2",
    ),
    "application_qualification_revoked": Template(
        title=Text("所依据的资格已被撤销", "The qualification was revoked"),
        text=Text(
            "您的{business}申请（{number}）所依据的资格已被撤销，目前不能审批通过。",
            "The qualification that your application for {business} ({number}) relies on was "
            "revoked: it cannot be approved at present.",
        ),
        next_step=Text(
            "请查看资格信息；对撤销决定不服的，可以依法申请行政复议或者提起行政诉讼。",
            "See the qualification. Against its revocation you may seek administrative "
            "reconsideration or go to court.",
        ),
        sms=Text(
            "您的{business}申请（{number}）所依据的资格已被撤销，目前不能审批通过，请登录查看。",
            "{business} {number}: the qualification was revoked; log in to see it.",
        ),
        example=_STEP,
    ),
    "application_changed": Template(
        title=Text("申请有新进展", "News of your application"),
        text=Text(
            "您的{business}申请（{number}）有新进展。",
            "There is news of your application for {business} ({number}).",
        ),
        next_step=Text("请登录查看。", "Log in to see it."),
        sms=Text(
            "您的{business}申请（{number}）有新进展，请登录查看。",
            "{business} {number}: there is news. Log in to see it.",
        ),
        example=_STEP,
    ),
}
