"""Files that go with applications."""

from __future__ import annotations

from zhiye_chassis.evidence.keeping import EvidenceStore
from zhiye_registration.adapters.record_tables import application_evidence

EVIDENCE = EvidenceStore(application_evidence, "application_id", "application-evidence")
