"""`fourbeat rules` and `fourbeat explain-rule`: what `check` looks for."""

from typing import Annotated

import typer

from fourbeat.cli.options import Json
from fourbeat.errors import ConfigError


def rules(as_json: Json = False) -> None:
    """List the rules of `fourbeat check`."""
    from rich.table import Table

    from fourbeat.check.rules import RULES
    from fourbeat.cli.summary import dump, plain_console

    if as_json:
        dump([{"rule": r.name, "severity": r.severity, "what": r.what} for r in RULES.values()])
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column()
    for rule in RULES.values():
        table.add_row(rule.name, rule.severity, rule.what)
    plain_console().print(table)
    print("`fourbeat explain-rule RULE` says why, and what is not reported")


def explain_rule(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="Its id, as findings have it.")],
) -> None:
    """Say what a rule finds, why it is wrong, how it is seen, and what is not reported."""
    from difflib import get_close_matches

    from fourbeat.check.pages import page
    from fourbeat.check.rules import RULES

    if rule not in RULES:
        near = get_close_matches(rule, RULES, 1)
        remedy = f"Did you mean {near[0]}?" if near else "`fourbeat rules` lists them"
        raise ConfigError(f"no such rule: {rule!r}", "", remedy)
    print(page(RULES[rule]), end="")
