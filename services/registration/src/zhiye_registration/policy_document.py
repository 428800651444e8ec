"""``docs/policy.md``: the policy and workflow tables as a document. Never edited by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from zhiye_contracts.reasons import Text
from zhiye_registration.domain.business_type import BusinessType, Review
from zhiye_registration.domain.facts import STATUSES
from zhiye_registration.domain.policy import BUSINESS_TYPES
from zhiye_registration.domain.review_reasons import REVIEW_REASONS
from zhiye_registration.domain.workflow import ACTIONS, ACTORS, STATES, WORKFLOW

_HEAD = """\
<!-- Generated from zhiye_registration.domain by `zhiye generate`. Do not edit. -->

# Policy: business types and workflow

Each business type is one row of the policy table in
`services/registration/src/zhiye_registration/domain/policy.py`; this document is made from it.
Sources: **Q** is a question of the handbook, **deck** a chapter of the nurse training deck, the
rest are articles of law.
"""
_TARGETS = {
    "first_review": "the first review of the business type",
    "same_review": "the review that returned it",
    "next_review": "the next review, or `approved` after the last",
}


def render_policy() -> str:
    """The whole document, Markdown."""
    parts = [_HEAD, *(_business_type(row) for row in BUSINESS_TYPES.values()), _workflow()]
    return "\n".join(parts) + "\n" + _review_reasons()


def _both(text: Text) -> str:
    return f"{text.zh} · {text.en}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _bullets(texts: Iterable[Text]) -> str:
    return "\n".join(f"- {_both(text)}" for text in texts) + "\n"


_NOTHING = "Nothing but what the conditions look at.\n"


def _business_type(row: BusinessType) -> str:
    statuses = "; ".join(_both(STATUSES[status]) for status in row.from_status)
    return "\n".join(
        [
            f"## {row.name.zh} · {row.name.en} (`{row.slug}`)\n",
            f"{_both(row.summary)}\n",
            f"**From status**: {statuses}\n",
            f"**Filed by**: {_filed_by(row)}\n",
            "### Conditions\n",
            "All are checked on submission and again on approval; a refusal tells all of them.\n",
            _table(
                ("condition", "what", "source", "looks at", "how to meet it"),
                (
                    (
                        f"`{one.name}`",
                        _both(one.text),
                        one.source,
                        ", ".join(f"`{need}`" for need in one.needs),
                        _both(one.next_step),
                    )
                    for one in row.conditions
                ),
            ),
            "### Information that must be filled in\n",
            _bullets(field.title for field in row.information) if row.information else _NOTHING,
            "### Reviews, in this order\n",
            _table(
                ("review", "working days", "source", "return for correction"),
                (
                    (_both(review.title), _days(review), review.source, _returns(review))
                    for review in row.reviews
                ),
            ),
            "### Effect of the approval\n",
            f"{_both(row.effect_text)}\n",
            "### Paper still to be handed in (Q48)\n",
            _bullets(row.materials),
            "### While it is open\n",
            "No application of these types may be open: "
            + ", ".join(f"`{slug}`" for slug in sorted(row.excludes))
            + "."
            if row.excludes
            else "No other of this type may be open at the same institution.",
            "The institution's list shows it "
            + (
                "at once.\n"
                if row.listed_unasked
                else "only after the person was found by the full ID number (deck 7).\n"
            ),
        ]
    )


def _filed_by(row: BusinessType) -> str:
    institution = ["its institution"] if row.by_institution else []
    authority = ["the deciding authority by itself"] if row.by_authority else []
    return ", or ".join(["the person", *institution, *authority])


def _days(review: Review) -> str:
    if not review.setting:
        return str(review.days)
    return f"{review.days} by default: `ZHIYE_REGISTRATION_INSTITUTION_REVIEW_DAYS`, a setting"


def _returns(review: Review) -> str:
    if review.return_within is None:
        return "any time"
    times = "once" if review.return_times == 1 else f"{review.return_times} times"
    return (
        f"{times}, within {review.return_within} working days of receipt ({review.return_source})"
    )


def _workflow() -> str:
    return "\n".join(
        [
            "## Workflow\n",
            "One table for all business types. A step that is not in it is refused (409).\n",
            _table(
                ("state", "who", "step", "leads to"),
                (
                    (
                        f"`{row.state}` {STATES[row.state].zh}",
                        _both(ACTORS[row.actor]),
                        _both(ACTIONS[row.action]),
                        _TARGETS.get(row.target, f"`{row.target}`"),
                    )
                    for row in WORKFLOW
                ),
            ),
            "The clock of a review starts on the working day after it received the application, "
            "stops when the\napplication is returned and goes on, with the working days that were "
            "left, when it comes back.\n",
        ]
    )


def _review_reasons() -> str:
    rows = ((f"`{code}`", _both(text)) for code, text in REVIEW_REASONS.items())
    return "## Reasons of reviewers\n\n" + _table(("code", "reason"), rows)
