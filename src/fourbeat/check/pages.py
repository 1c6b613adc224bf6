"""A rule's page, made of the rule's own texts.

`python -m fourbeat.check.pages docs/rules` writes all of them.
"""

import sys
from pathlib import Path

from fourbeat.check.rule import Rule
from fourbeat.check.rules import RULES


def page(rule: Rule) -> str:
    """In Markdown."""
    return f"""# {rule.name}

{rule.what} Severity: {rule.severity}, or less where the evidence is weaker.

## Why it is wrong
{rule.why}

## How it is seen
{rule.seen}

## What is not reported
{rule.silent}

## An example
With the bug:
```python
{rule.bad.rstrip()}
```
Without:
```python
{rule.good.rstrip()}
```

To let a line stand: `# fourbeat: ignore[{rule.name}] reason`.
"""


def index() -> str:
    """All rules, a line each."""
    rows = "\n".join(
        f"| [{rule.name}]({rule.name}.md) | {rule.severity} | {rule.what} |"
        for rule in RULES.values()
    )
    return f"""# Rules of `fourbeat check`

| rule | at worst | what |
| --- | --- | --- |
{rows}

These pages are made of the rules' own texts: `python -m fourbeat.check.pages docs/rules`.
"""


def pages() -> dict[str, str]:
    """The text of each file."""
    return {"README.md": index()} | {f"{rule.name}.md": page(rule) for rule in RULES.values()}


def main() -> None:
    """Write the pages into a folder, and remove those of rules that are gone."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    made = pages()
    for old in folder.glob("*.md"):
        if old.name not in made:
            old.unlink()
    for name, text in made.items():
        (folder / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
