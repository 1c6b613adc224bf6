"""HTML as nested elements: tags balance and texts are escaped because nothing else can be said."""

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

#: More rows than this fold away.
MANY_ROWS = 30

#: Control characters have no place in HTML; their pictures do.
PICTURES = {code: 0x2400 + code for code in range(32) if chr(code) not in "\t\n\r"} | {127: 0x2421}


@dataclass(frozen=True, slots=True)
class Html:
    """Markup; a plain `str` beside it is text, and is escaped."""

    text: str


Child = Html | str


def escape(text: str) -> str:
    """Text as it may stand between tags and in quotes."""
    return html.escape(text.translate(PICTURES))


def join(children: Iterable[Child], between: str = "") -> Html:
    """One after the other."""
    return Html(
        escape(between).join(c.text if isinstance(c, Html) else escape(c) for c in children)
    )


def element(tag: str, *children: Child, **attributes: str | None) -> Html:
    """`<tag attributes>children</tag>`; `class_` is class, `aria_label` is aria-label.

    An attribute that is None is left out.
    """
    written = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for name, value in attributes.items()
        if value is not None
    )
    return Html(f"<{tag}{written}>{join(children).text}</{tag}>")


def section(name: str, title: str, *children: Child) -> Html:
    """A part of the page that the contents can point at."""
    return element("section", element("h2", title), *children, id=name)


def part(title: str, *children: Child) -> Html:
    """A part of a section."""
    return element("div", element("h3", title), *children, class_="part")


def table(
    label: str, heads: Sequence[str], align: str, rows: Sequence[Sequence[Child]], class_: str = ""
) -> Html:
    """A table in a box that scrolls. The first cell of a row names it.

    Args:
        label: what it is, for a screen reader.
        heads: of the columns.
        align: a letter a column: `l` for text, `r` for numbers, `h` for hashes.
    """
    kinds = {"l": None, "r": "number", "h": "hash"}
    classes = [kinds[letter] for letter in align]
    head = element(
        "tr",
        *(
            element("th", text, scope="col", class_=kind)
            for text, kind in zip(heads, classes, strict=True)
        ),
    )
    body = [
        element(
            "tr",
            element("th", row[0], scope="row", class_=classes[0]),
            *(
                element("td", cell, class_=kind)
                for cell, kind in zip(row[1:], classes[1:], strict=True)
            ),
        )
        for row in rows
    ]
    whole = element("table", element("thead", head), element("tbody", *body), class_=class_ or None)
    return scroll(label, whole, tall=len(rows) > MANY_ROWS)


def scroll(label: str, content: Html, *, tall: bool = False) -> Html:
    """A box that scrolls by itself, so that the page need not; the keyboard reaches it."""
    return element(
        "div",
        content,
        class_="scroll tall" if tall else "scroll",
        tabindex="0",
        role="group",
        aria_label=label,
    )


def fold(summary: str, *children: Child) -> Html:
    """Closed until it is asked for; print opens it."""
    return element("details", element("summary", summary), *children)


def folded_if(many: bool, summary: str, content: Html) -> Html:
    """Fold what would drown the rest."""
    return fold(summary, content) if many else content


def facts(pairs: Iterable[tuple[str, Child]]) -> Html:
    """Names and their values, one below the other."""
    return element(
        "dl",
        *(element("div", element("dt", name), element("dd", value)) for name, value in pairs),
        class_="facts",
    )


def bullets(lines: Iterable[Child]) -> Html:
    """A list."""
    return element("ul", *(element("li", line) for line in lines))


def code(text: str) -> Html:
    """A hash, a name or a value that is not prose."""
    return element("code", text)
