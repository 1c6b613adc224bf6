"""Numbers that are written for people: `$1,234.56`, `1.234,56 €`, `12.3%`, `(12.30)`, `70.1 kg`."""

import re
from dataclasses import dataclass
from functools import cache

import pyarrow as pa

from fourbeat.config.columns import NUMBER
from fourbeat.data.arrow import pc
from fourbeat.types import Values

CURRENCY = r"US\$|[$€£¥₹₽₩]|USD|EUR|GBP|JPY|CHF|CNY|INR|CAD|AUD|SEK|NOK|DKK|PLN|BRL|RUB"
UNIT = r"[%‰°]|(?![eE]\d)[°µ]?[^\W\d_][^\d(),;:|+<>=_-]{0,14}[23]?"
SPACE = "[ \t\u00a0\u2009\u202f]"
SPACES = f"{SPACE}*"
MINUS = "-\u2212"

SHAPE = re.compile(
    rf"\(?[{MINUS}+]?{SPACES}(?P<prefix>{CURRENCY})?{SPACES}[{MINUS}+]?"
    rf"(?P<digits>\d(?:[\d.,'\u2019]|{SPACE}(?=\d))*){SPACES}(?P<suffix>{CURRENCY}|{UNIT})?\)?"
)
"""What is looked at more closely: digits, and what surrounds them."""

STYLES = (
    (",", "."),
    (".", ","),
    (" ", ","),
    ("'", "."),
    (" ", "."),
    ("'", ","),
    ("", ","),
    ("", "."),
)
"""Signs that separate thousands and decimals, in the order of preference."""

SAMPLE = 500
"""Texts by which styles are ruled out before all texts are read."""

BRACKETED = r"^\s*\((.*)\)\s*$"
"""A negative number of book-keepers."""


@dataclass(frozen=True, slots=True)
class Written:
    """How a column's texts are numbers.

    Attributes:
        form: as 1234.56 would be written there.
        instead: another form that all texts have as well, and which gives other numbers.
    """

    form: str
    instead: str = ""


def recognise(values: Values) -> Written | None:
    """The one form that every text of a column has; None for plain numbers, codes and other texts.

    Args:
        values: of type `string`.
    """
    texts = pa.chunked_array([pc.unique(values.drop_null())])
    some = [str(text).strip() for text in texts.slice(0, SAMPLE).to_pylist()]
    shapes = [SHAPE.fullmatch(text) for text in some]
    around = {(shape["prefix"] or "", shape["suffix"] or "") for shape in shapes if shape}
    if len(some) < 2 or None in shapes or len(around) != 1:
        return None
    prefix, suffix = around.pop()
    bare = not prefix and not suffix and not any("(" in text for text in some)
    digits = [shape["digits"] for shape in shapes if shape]
    found: list[tuple[str, Values]] = []
    for thousands, decimal in STYLES:
        if not shown(thousands, decimal, digits) or (bare and (thousands, decimal) == ("", ".")):
            continue
        form = f"{prefix}1{thousands}234{decimal}56{spaced(some[0], suffix)}"
        if read(texts.slice(0, SAMPLE), form).null_count:
            continue
        numbers = read(texts, form)
        if not numbers.null_count:
            found.append((form, numbers))
    if not found or is_code(texts, digits):
        return None
    # 70.125 kg has three decimals rather than thousands; 1.234 € has not.
    if suffix and not re.fullmatch(CURRENCY, suffix):
        found.sort(key=lambda one: one[0] != f"{prefix}1234.56{spaced(some[0], suffix)}")
    (form, numbers), *others = found
    differ = [other for other, theirs in others if not theirs.equals(numbers)]
    return Written(form, differ[0] if differ else "")


def shown(thousands: str, decimal: str, digits: list[str]) -> bool:
    """Whether some number has the signs that tell a style from the plain one."""
    if thousands:
        return any(re.search(separator(thousands), text) for text in digits)
    return decimal == "." or any(decimal in text for text in digits)


def spaced(text: str, suffix: str) -> str:
    """A suffix with the blank before it, where there is one."""
    return (
        f" {suffix}" if suffix and re.search(rf"{SPACE}{re.escape(suffix)}\)?$", text) else suffix
    )


def is_code(texts: Values, digits: list[str]) -> bool:
    """Whether texts are codes: with zeros in front, or blocks of digits that are all of one length."""
    if bool(pc.any(pc.match_substring_regex(texts, r"^\D*0\d")).as_py()):
        return True
    blocks = [text for text in digits if re.search(rf"{SPACE}\d+{SPACE}", text)]
    return len(blocks) == len(digits) and len(set(map(len, digits))) == 1


def read(texts: Values, form: str) -> Values:
    """Texts as float64; null where there is no text, or it has another form.

    Args:
        texts: of type `string`.
        form: as 1234.56 would be written.
    """
    plain = pc.replace_substring_regex(texts, pattern=BRACKETED, replacement=r"-\1")
    fields = pc.extract_regex(plain, pattern=pattern(form))
    signs = pc.binary_join_element_wise(
        pc.struct_field(fields, "before"), pc.struct_field(fields, "sign"), ""
    )
    minus = pc.if_else(pc.match_substring_regex(signs, f"[{MINUS}]"), "-", "")
    whole = pc.replace_substring_regex(pc.struct_field(fields, "whole"), r"\D", "")
    part = pc.binary_join_element_wise(pc.struct_field(fields, "part"), "0", "")
    return pc.binary_join_element_wise(
        pc.binary_join_element_wise(minus, whole, ""), part, "."
    ).cast(pa.float64())


@cache
def pattern(form: str) -> str:
    """The regular expression of the texts of a form, a bracket being a minus already."""
    before, decimal, behind = parts(form)
    said = NUMBER.fullmatch(form)
    thousands = said["thousands"] if said is not None else None
    prefix, suffix = re.escape(before), re.escape(behind)
    whole = rf"[1-9]\d{{0,2}}(?:{separator(thousands)}\d{{3}})+|\d+" if thousands else r"\d+"
    return (
        rf"^\s*(?P<before>[{MINUS}+]?){SPACES}{prefix}{SPACES}(?P<sign>[{MINUS}+]?)"
        rf"(?P<whole>{whole})(?:{re.escape(decimal)}(?P<part>\d+))?{SPACES}{suffix}\s*$"
    )


def parts(form: str) -> tuple[str, str, str]:
    """What stands before a number, the sign before its decimals, and what stands behind."""
    said = NUMBER.fullmatch(form)
    assert said is not None
    return said["prefix"].strip(), said["decimal"], said["suffix"].strip()


def separator(thousands: str) -> str:
    """What may stand for a separator of thousands: a blank is of several kinds, as is an apostrophe."""
    return {" ": SPACE, "'": "['\u2019]"}.get(thousands, re.escape(thousands))
