"""How it was trained, and where: model, optimizer, configuration, environment, code, events."""

from typing import Any, cast

from fourbeat.receipt.model import Receipt
from fourbeat.receipt.report.markup import (
    Html,
    bullets,
    code,
    element,
    facts,
    folded_if,
    part,
    section,
    table,
)
from fourbeat.receipt.report.wording import NONE, counted, flat, plain

#: A printed architecture of more lines than this folds away.
MANY_LINES = 40


def network(receipt: Receipt) -> Html:
    """The model."""
    model = receipt.model
    lines = model.architecture.count("\n") + 1
    pairs: list[tuple[str, Html | str]] = [
        ("Class", model.name),
        ("Parameters", f"{model.parameters:,}, of which {model.trainable:,} are trained"),
    ]
    if receipt.batch:
        pairs.append(("First batch", receipt.batch))
    return section(
        "model",
        "Model",
        facts(pairs),
        folded_if(
            lines > MANY_LINES,
            f"Architecture, {counted(lines, 'line')}",
            element("pre", model.architecture, tabindex="0"),
        ),
    )


def optimizer(receipt: Receipt) -> Html:
    """How a step computes, and each optimizer's groups, an option a row."""
    rules = receipt.training
    pairs: list[tuple[str, Html | str]] = [("Precision", rules.precision)]
    if rules.warmup:
        pairs.append(("Warm-up", f"{rules.warmup:,} updates"))
    if rules.accumulate > 1:
        pairs.append(("Batches in a step", str(rules.accumulate)))
    for name, value in (("norm", rules.clip_norm), ("value", rules.clip_value)):
        if value is not None:
            pairs.append((f"Gradients clipped by {name}", plain(value)))
    if rules.average:
        pairs.append(("Weights averaged by", rules.average))
    if rules.compile:
        pairs.append(("Compiled by", f"torch.{rules.compile}"))
    skipped = sum(record.skipped for record in receipt.curves)
    if skipped:
        pairs.append(("Updates skipped", str(skipped)))
    tables: list[Html] = []
    for name, record in receipt.optimizers.items():
        named = "" if len(receipt.optimizers) == 1 else f" {name}"
        pairs.append((f"Optimizer{named}", record.name))
        if record.scheduler:
            every = f", moved by {record.schedule}" if record.schedule else ""
            pairs.append((f"Scheduler{named}", f"{record.scheduler}{every}"))
        options = dict.fromkeys(option for group in record.groups for option in group)
        rows = [
            [
                option,
                *(
                    setting(option, group[option]) if option in group else NONE
                    for group in record.groups
                ),
            ]
            for option in options
        ]
        heads = ["before the first step", *(f"group {i}" for i in range(len(record.groups)))]
        title = f"Optimizer{named} groups"
        tables.append(table(title, heads, "l" + "r" * len(record.groups), rows, "narrow"))
    return section("optimizer", "Optimizer", facts(pairs), *tables)


def setting(option: str, value: Any) -> str:
    """An option of a group: a learning rate and the like as they are, a number of parameters read."""
    return f"{value:,}" if option == "parameters" and isinstance(value, int) else plain(value)


def configuration(receipt: Receipt) -> Html | None:
    """The configuration as resolved: a table for each of its sections."""
    if not receipt.config:
        return None
    single: dict[str, Any] = {}
    parts: list[Html] = []
    for name, value in receipt.config.items():
        if isinstance(value, dict) and value:
            parts.append(part(name, options(name, cast(dict[str, Any], value))))
        else:
            single[name] = value
    if single:
        parts.insert(0, part("general", options("general", single)))
    return section("config", "Configuration", element("div", *parts, class_="tiles"))


def options(name: str, tree: dict[str, Any]) -> Html:
    """Names and values of one section."""
    return table(
        f"Options, {name}",
        ["option", "value"],
        "ll",
        [[key, code(plain(value))] for key, value in flat(tree)],
    )


def place(receipt: Receipt) -> Html:
    """Everything that a second run with the same bits must share, and what is not promised."""
    parts: list[Html] = []
    if receipt.determinism and receipt.determinism.statement:
        parts.append(part("What comes again", bullets(receipt.determinism.statement)))
    if receipt.limits:
        parts.append(part("Limits", bullets(receipt.limits)))
    if receipt.events:
        rows = [[f"{e.step:,}", e.kind, e.text] for e in receipt.events]
        parts.append(part("Events", table("Events", ["step", "event", "what"], "rll", rows)))
    hashes: list[tuple[str, Html | str]] = [
        (name, code(value))
        for name, value in (
            ("Selected weights", receipt.weights_sha256),
            ("Last weights", receipt.last_weights_sha256),
        )
        if value
    ]
    if hashes:
        parts.append(part("Weights, sha256", facts(hashes)))
    known = receipt.code.model_dump(exclude={"modules"}) | receipt.code.modules
    written = [(name.replace("_", " "), code(value)) for name, value in known.items() if value]
    if written:
        parts.append(part("Code", facts(written)))
    if receipt.environment:
        found = [(name, plain(value)) for name, value in flat(receipt.environment)]
        parts.append(part("Environment", facts(found)))
    return section("reproducibility", "Reproducibility", *parts)
