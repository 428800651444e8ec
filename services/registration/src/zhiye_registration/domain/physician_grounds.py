"""The named conditions of physicians who leave: off post, cancelled, moved away."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from zhiye_contracts.codes import OFF_POST_GROUNDS, PHYSICIAN_CANCELLATION_GROUNDS
from zhiye_contracts.reasons import Text
from zhiye_registration.domain import nurse_grounds as g
from zhiye_registration.domain.conditions import Condition
from zhiye_registration.domain.facts import Facts
from zhiye_registration.domain.periods import add_years

TRAINEE_DAYS = 30
"""For which a training base keeps a trainee's registration (Q52)."""
REPORT_DAYS = 30
"""Within which an institution reports who left (Law on Physicians (2021) art. 17; Q20.3)."""
_LATEST = date(9990, 1, 1)
"""No day after it can be counted on from."""
OFF_POST_YEARS = 2
"""Filed for as long without practice is a ground to cancel (Law on Physicians (2021) art. 17)."""
ONLY_BY_THE_PERSON = frozenset({"own-request"})
NOT_BY_THE_PERSON = frozenset({"death", "unreachable", "trainee-finished"})
WITHOUT_NOTICE = frozenset({"death"})


def _cancellation_ground_fits(facts: Facts) -> bool | None:
    ground, held = facts.declared.ground, facts.registration
    if ground is None:
        return None
    if ground not in PHYSICIAN_CANCELLATION_GROUNDS:
        return False
    others = facts.by_institution or facts.by_authority
    if ground in NOT_BY_THE_PERSON and not others:
        return False
    if ground in ONLY_BY_THE_PERSON and others:
        return False
    if ground == "two-years-out" and held is not None and held.filed_on is not None:
        return facts.today >= add_years(held.filed_on, OFF_POST_YEARS)
    return True


def _off_post_ground_fits(facts: Facts) -> bool | None:
    ground = facts.declared.ground
    if ground is None:
        return None
    if ground not in OFF_POST_GROUNDS:
        return False
    return facts.by_institution or ground not in NOT_BY_THE_PERSON


def _left(facts: Facts) -> bool | None:
    left_on = facts.declared.left_on
    return None if left_on is None else left_on <= facts.today


def _trainee_days_over(facts: Facts) -> bool | None:
    if facts.declared.ground != "trainee-finished":
        return True
    finished = facts.physician.trainee_finished_on or facts.declared.left_on
    if finished is None:
        return None
    return facts.today - timedelta(days=TRAINEE_DAYS) > finished  # any day may be typed in


def report_by(ground: str | None, last_day: date) -> date:
    """The last day on which it is reported in time that somebody left (Q20.3.2). A trainee's thirty
    days begin when those are over for which the base kept the registration (Q52)."""
    kept = TRAINEE_DAYS if ground == "trainee-finished" else 0
    return min(last_day, _LATEST) + timedelta(days=kept + REPORT_DAYS)


def _informed(facts: Facts) -> bool | None:
    declared = facts.declared
    if not facts.by_institution or declared.ground in WITHOUT_NOTICE:
        return True
    if declared.informed_on is None or declared.informed_by is None:
        return None
    return declared.informed_on <= facts.today


CANCELLATION_GROUND = replace(
    g.GROUND_FITS,
    name="cancellation_ground",
    text=Text("有法定注销情形，且与事实相符", "There is a ground of the law, and it is so"),
    source="Law on Physicians (2021) art. 17; Q20.3.3",
    test=_cancellation_ground_fits,
    reason=Text(
        "所选注销情形不成立：“死亡”由机构或审批机关提出，“主动申请”由本人提出，"
        "备案未满二年的不属于“中止执业满二年”。",
        "The ground does not hold: a death is filed by others, the own request by the person, and"
        " two years out of practice are not over.",
    ),
)
OFF_POST_GROUND = replace(
    g.GROUND_FITS,
    name="off_post_ground",
    text=Text("有离岗备案的情形", "There is a ground to file off post"),
    source="Q20.3.2, Q52",
    test=_off_post_ground_fits,
    reason=Text(
        "所选情形不成立：“无法联系”“规范化培训结束”只能由机构提出。",
        "The ground does not hold: who cannot be reached, and trainees, are filed by institutions.",
    ),
)
GROUND_EXPLAINED = replace(g.GROUND_EXPLAINED, source="Law on Physicians (2021) art. 17")
LEFT = Condition(
    "left",
    Text("填写了离岗日期，且不晚于今天", "The last day at work is given, and not in the future"),
    "Q20.3.2",
    ("left_on",),
    _left,
    Text("离岗日期晚于今天。", "The last day at work is in the future."),
    Text("请在离岗之后、30日内备案。", "File it after that day, within 30 days."),
    field="form.left_on",
)
TRAINEE_DAYS_OVER = Condition(
    "trainee_days_over",
    Text(
        "规范化培训结束的，已为其保留30日",
        "A trainee who finished was kept for 30 days",
    ),
    "Q52",
    ("left_on", "residency"),
    _trainee_days_over,
    Text("培训结束未满30日，应为其保留注册信息。", "Not 30 days yet since the training ended."),
    Text(
        "请等待期满；其间可由本人变更主要执业机构。",
        "Wait until they are over; meanwhile the person may change the main institution.",
    ),
    field="form.left_on",
)
INFORMED = replace(
    g.INFORMED,
    text=Text("机构提出的，已依法履行告知义务", "Where the institution files it, notice was given"),
    source="Q20.3.2, Q20.3.3",
    test=_informed,
)
PROVED = replace(
    g.PROVED,
    text=Text(
        "机构或审批机关提出的，附有告知凭证或事实证明",
        "Where others file it, there is proof of the notice or of the fact",
    ),
    source="Q20.3.2, Q20.3.3",
    next_step=Text(
        "请上传告知凭证、处罚决定或死亡证明等。",
        "Upload proof of the notice, the penalty's decision or the certificate of death.",
    ),
)
DESTINATION = Condition(
    "destination",
    Text("填写了拟前往的地区或机构", "Where one moves to is given"),
    "Q5.5",
    ("destination",),
    lambda facts: bool((facts.declared.destination or "").strip()) or None,
    Text("没有填写拟前往的地区或机构。", "Where one moves to is not given."),
    Text("请填写。", "Give it."),
    field="form.destination",
)
