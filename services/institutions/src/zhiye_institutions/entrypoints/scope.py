"""Whose institutions and regions are whose: see ``application.access``."""

from zhiye_institutions.application.access import is_over, require_over, require_own

__all__ = ["is_over", "require_over", "require_own"]
