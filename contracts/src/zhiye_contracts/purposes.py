"""What sealed fields and blind indexes are for: the same word seals and opens, in every service."""

from typing import Final

ID_NUMBER: Final = "id_number"
"""Resident identity number, 18 characters, upper case. Its blind index is the ``person_key``."""
CERTIFICATE_NUMBER: Final = "certificate_number"
"""Qualification or practice certificate number, upper case, no spaces."""
PHONE: Final = "phone"
EMAIL: Final = "email"
"""Lower case."""
MESSAGE: Final = "message"
"""Parameters of a message, JSON."""
CASE: Final = "case"
"""What a case about a qualification asks for, JSON."""
NAME: Final = "name"
"""A person's whole name, where an event would otherwise tell it to everybody."""
