"""Making texts of templates and parameters, and counting the parts of an SMS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zhiye_contracts.codes import (
    BUSINESS_TYPES,
    CANCELLATION_GROUNDS,
    FILING_KINDS,
    OFF_POST_GROUNDS,
    PHYSICIAN_CANCELLATION_GROUNDS,
)
from zhiye_contracts.reasons import Language, Text
from zhiye_notifications.domain.case_templates import case_words
from zhiye_notifications.domain.delivery import Channel
from zhiye_notifications.domain.penalty_templates import duty_words, penalty_words
from zhiye_notifications.domain.practice_templates import why_ended
from zhiye_notifications.domain.record_templates import field_names, late
from zhiye_notifications.domain.scope_case_templates import scope_case_words
from zhiye_notifications.domain.templates import EMAIL_FRAME, SIGNATURE, TEMPLATES, Template

SINGLE_PART, JOINED_PART = 70, 67
"""UTF-16 units in an SMS of one part, and in each part of a longer one (3GPP TS 23.040)."""
SMS_REASONS = 250
"""Characters of reasons in an SMS; the inbox has all of them."""

_UNTIL = Text("，最迟 {deadline} 前办结", ", by {deadline} at the latest")
_AUTHORITY = Text("审批机关", "the authority")
_INSTITUTION = Text("执业机构", "your institution")
_ORIGIN = Text("军队武警机构", "the military institution")
_BECAUSE = Text("，理由：{ground}", " on the ground: {ground}")
_LOG_IN = Text("请登录查看", "log in to see them")
_WHAT = {"phone": Text("手机号", "phone"), "email": Text("邮箱", "email address")}
_RESULT = {
    "confirmed": Text("已确认为同一人", "it is the same person"),
    "rejected": Text("不是同一人，请核对姓名", "it is not the same person; check the name"),
}
_UNKNOWN = {"authority": _AUTHORITY, "institution": _INSTITUTION, "waits_for": _ORIGIN}
"""How somebody is called whose name is not known."""
_WHO = {"nurse": Text("护士", "nurse"), "physician": Text("医师", "physician")}
_GROUNDS = {
    "physician-cancellation": PHYSICIAN_CANCELLATION_GROUNDS,
    "physician-off-post": OFF_POST_GROUNDS,
}
"""By business type; of nurses ``CANCELLATION_GROUNDS``."""
_YOURSELF = Text("您本人", "yourself")
_MORE = Text("等共 {count} 项，登录查看全部", "…, {count} in all: log in to see them")


class TemplateError(Exception):
    """A message that cannot be rendered; ``code`` says why, never with what."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Rendered:
    """The title is the subject of an email; an SMS shows only the text."""

    title: str
    text: str
    next_step: str


def render(template_id: str, parameters: Mapping[str, Any], language: Language) -> Rendered:
    """The message as the inbox shows it. Raises ``TemplateError``: template_unknown,
    parameter_missing."""
    template = _template(template_id)
    words = _words(parameters, language, joined="\n{n}. {reason}")
    return Rendered(
        title=_fill(template.title.read(language), words),
        text=_fill(template.text.read(language), words),
        next_step=_fill(template.next_step.read(language), words),
    )


def render_for(
    channel: Channel, template_id: str, parameters: Mapping[str, Any], language: Language
) -> tuple[str, str]:
    """Subject (empty for SMS) and text for a channel. Raises ``TemplateError``: as ``render``,
    and channel_unsupported."""
    template = _template(template_id)
    if template.sms is None:
        raise TemplateError("channel_unsupported")
    if channel == "sms":
        words = _words(parameters, language, joined="{n}.{reason}")
        return "", SIGNATURE.read(language) + _fill(template.sms.read(language), words)
    shown = render(template_id, parameters, language)
    body = EMAIL_FRAME.read(language).format(text=shown.text, next_step=shown.next_step)
    return SIGNATURE.read(language) + shown.title, body


def sms_parts(text: str) -> int:
    """How many SMS a text takes. Rare characters (beyond the basic plane) count twice."""
    units = len(text.encode("utf-16-le")) // 2
    return 1 if units <= SINGLE_PART else -(-units // JOINED_PART)


def _template(template_id: str) -> Template:
    try:
        return TEMPLATES[template_id]
    except KeyError:
        raise TemplateError("template_unknown") from None


def _fill(text: str, words: Mapping[str, Any]) -> str:
    try:
        return text.format_map(words)
    except KeyError:
        raise TemplateError("parameter_missing") from None


def _words(parameters: Mapping[str, Any], language: Language, *, joined: str) -> dict[str, Any]:
    """The parameters, and what is said of them in this language."""
    words = dict(parameters)
    if "business_type" in words:
        words["business"] = BUSINESS_TYPES.label(str(words["business_type"]), language)
    if "kind" in words:
        words["filing"] = FILING_KINDS.label(str(words["kind"]), language)
    if "case" in words:
        words |= case_words(words, language)
    if "scope_case" in words:
        words |= scope_case_words(words, language)
    if "penalty" in words:
        words |= penalty_words(words, language)
    if "duty" in words:
        words |= duty_words(words, language)
    for name, unknown in _UNKNOWN.items():
        if name in words:
            words[name] = words[name] or unknown.read(language)
    if "ground" in words:
        words["because"] = _because(words["ground"], words.get("business_type"), language)
    if "moved_on" in words:
        # Messages of before there were physicians do not say it.
        words["who"] = _WHO[words.get("profession") or "nurse"].read(language)
    if "ended_because" in words:
        words["why"] = why_ended(words["ended_because"], language)
    if "valid_until" in words:
        words["late"] = late(words.get("late_until"), language)
    if "fields" in words:
        words["field_names"] = field_names(words["fields"], language)
    for name, told in (("what", _WHAT), ("result", _RESULT)):
        if text := told.get(str(words.get(name))):
            words[name] = text.read(language)
    if "by" in words:
        words["by"] = words["by"] or _YOURSELF.read(language)
    if "reasons" in words:
        words["reasons"] = _reasons(words["reasons"], language, joined)
    deadline = words.get("deadline")
    words["until"] = _UNTIL.read(language).format(deadline=deadline) if deadline else ""
    return words


def _because(ground: str | None, business_type: str | None, language: Language) -> str:
    if not ground:
        return ""
    table = _GROUNDS.get(business_type or "", CANCELLATION_GROUNDS)
    return _BECAUSE.read(language).format(ground=table.label(ground, language))


def _reasons(reasons: Sequence[str | Mapping[str, str]], language: Language, joined: str) -> str:
    """All reasons, numbered: one a line, or, for an SMS, one after the other as far as they fit.
    Those of old messages are texts in Chinese."""
    if not reasons:
        return _LOG_IN.read(language)
    texts = [one if isinstance(one, str) else one[language] for one in reasons]
    numbered = [joined.format(n=n, reason=reason) for n, reason in enumerate(texts, 1)]
    if joined.startswith("\n"):
        return "".join(numbered)
    between = Text("；", "; ").read(language)
    for count in range(len(numbered), 0, -1):
        text = between.join(numbered[:count])
        if len(text) <= SMS_REASONS:
            rest = "" if count == len(numbered) else _MORE.read(language)
            return text + rest.format(count=len(numbered))
    return _LOG_IN.read(language)
