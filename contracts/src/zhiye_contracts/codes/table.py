"""What a national code table is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from zhiye_contracts.reasons import Language, Text


@dataclass(frozen=True, slots=True, eq=False)
class CodeTable(Mapping[str, Text]):
    """Codes in their official order, each with its Chinese and English label.

    ``source`` is the standard or document the codes come from.
    """

    name: str
    source: str
    rows: Mapping[str, Text]

    def label(self, code: str, language: Language = "zh") -> str:
        """The label; a code that is not in the table is shown as it is, so that old data reads."""
        text = self.rows.get(code)
        return text.read(language) if text else code

    def __getitem__(self, code: str) -> Text:
        return self.rows[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def table(name: str, source: str, rows: str) -> CodeTable:
    """Read rows of ``code | Chinese | English``, one a line."""
    read: dict[str, Text] = {}
    for line in rows.strip().splitlines():
        code, zh, en = (part.strip() for part in line.split("|"))
        if code in read:
            raise ValueError(f"{name}: {code} is there twice")
        read[code] = Text(zh, en)
    return CodeTable(name, source, MappingProxyType(read))
