"""The loop: forward, loss, backward, step; validation, selection, early stopping."""

from typing import Any

from fourbeat.config.options import Config
from fourbeat.eject.metrics import autocast, within
from fourbeat.eject.part import Data, Part
from fourbeat.eject.text import code, indented, joined, one_line, spaced
from fourbeat.loop.select import direction_of


def loop(
    config: Config, data: Data, device: str, share: str, *, own: bool, skipped: int, first: int
) -> Part:
    """The lines from the first epoch to the last.

    Args:
        share: see `losses.share`.
        own: whether data or network are the user's own.
        skipped: updates that fp16 left out.
        first: updates in the first epoch.
    """
    options = config.train
    constants: dict[str, Any] = {"EPOCHS": options.epochs}
    if options.batch_size is not None:
        constants["BATCH_SIZE"] = options.batch_size
    if options.accumulate > 1:
        constants["ACCUMULATE"] = options.accumulate
    for name in ("clip_norm", "clip_value"):
        if getattr(options, name) is not None:
            constants[name.upper()] = getattr(options, name)
    stops = options.patience is not None and options.patience < options.epochs
    if stops:
        constants["PATIENCE"] = options.patience
    if options.average == "ema":
        constants["EMA_DECAY"] = options.average_decay
    if options.average == "swa" and options.average_start > 1:
        constants["SWA_START"] = options.average_start
    epoch = spaced(
        joined(
            "model.train()",
            data.order,
            training(config, data, device, share, own=own, skipped=skipped),
        ),
        validation(config, data, own=own, stops=stops, first=first),
    )
    lower = direction_of(options.select, None) == "min"
    state = f"best, best_{options.select} = None, {'' if lower else '-'}math.inf"
    if stops:
        state = f"best, best_{options.select}, waited = None, {'' if lower else '-'}math.inf, 0"
    return Part(
        constants,
        (),
        joined(state, "for epoch in range(EPOCHS):", indented(epoch)),
    )


def before(config: Config, device: str, *, compiles: bool) -> str:
    """What the loop needs beside model, loss and optimizer."""
    options, compiling = config.train, config.compile
    average = {
        "ema": code("""
            multi_avg_fn = get_ema_multi_avg_fn(EMA_DECAY)
            averaged = AveragedModel(model, multi_avg_fn=multi_avg_fn, use_buffers=True)
        """),
        "swa": "averaged = AveragedModel(model, use_buffers=True)",
    }
    arguments = {} if compiling is None else compiling.model_dump(exclude_defaults=True)
    said = ", ".join(f"{name}={one_line(value)}" for name, value in arguments.items())
    return joined(
        f'scaler = torch.amp.GradScaler("{device}")' if options.precision == "fp16" else "",
        'parameters = [p for group in optimizer.param_groups for p in group["params"]]'
        if config.optimizer.groups and options.clip_norm is not None
        else "",
        average.get(options.average or ""),
        f"model.compile({said})" if compiles else "",
    )


def training(
    config: Config, data: Data, device: str, share: str, *, own: bool, skipped: int
) -> str:
    """One pass over the training rows."""
    options = config.train
    scaled = options.precision == "fp16"
    move = ""
    if device != "cpu":
        move = joined(
            f'inputs = [tensor.to("{device}") for tensor in inputs]',
            f'target = target.to("{device}")',
        )
    forward = within(autocast(config, device), "loss = loss_fn(model(*inputs), target)")
    loss = "loss"
    if options.accumulate == 1:
        backward = f"{'scaler.scale(loss)' if scaled else 'loss'}.backward()"
        steps = joined(move, forward, backward)
        head = f"for *inputs, target in {data.batches['train']}:"
        passes = joined(head, indented(joined(steps, update(config, own=own, skipped=skipped))))
    else:
        loss = "loss * (share / unit)"
        backward = f"scaler.scale({loss}).backward()" if scaled else f"({loss}).backward()"
        each = joined(move, forward, share_lines(share), backward)
        head = code("""
            # Each batch counts by its share of the step, in units of the first one.
            total, unit = 0, None
            for *inputs, target in chain([batch], islice(pending, ACCUMULATE - 1)):
        """)
        divide = code(f"""
            for parameter in model.parameters():
                {"if parameter.grad is not None:" if own else "parameter.grad.div_(total / unit)"}
        """)
        if own:
            divide = joined(divide, "        parameter.grad.div_(total / unit)")
        if scaled:
            divide = joined("scaler.unscale_(optimizer)", divide)
        body = joined(head, indented(each), divide, update(config, own=own, skipped=skipped))
        passes = joined(
            f"pending = iter({data.batches['train']})", "for batch in pending:", indented(body)
        )
    if options.average == "swa":
        if options.average_start > 1:
            passes = joined(
                passes, "if epoch + 1 >= SWA_START:", "    averaged.update_parameters(model)"
            )
        else:
            passes = joined(passes, "averaged.update_parameters(model)")
    return passes


def share_lines(share: str) -> str:
    """A batch's share of the step."""
    return joined(
        f"share = {share}", "total, unit = total + share, share if unit is None else unit"
    )


def update(config: Config, *, own: bool, skipped: int) -> str:
    """From gradients to new weights, and what moves with them."""
    options, schedule = config.train, config.scheduler
    scaled = options.precision == "fp16"
    clips = options.clip_norm is not None or options.clip_value is not None
    lines: list[str] = []
    if scaled and clips and options.accumulate == 1:
        lines.append("scaler.unscale_(optimizer)")
    parameters = "parameters" if config.optimizer.groups else "model.parameters()"
    if options.clip_norm is not None:
        lines.append(f"nn.utils.clip_grad_norm_({parameters}, CLIP_NORM)")
    if options.clip_value is not None:
        lines.append("nn.utils.clip_grad_value_(model.parameters(), CLIP_VALUE)")
    after: list[str] = []
    if schedule.warmup:
        after.append("updates += 1")
        after.append("if updates <= WARMUP:\n    warm_up(optimizer, rates, updates)")
        if schedule.name == "onecycle":
            after.append("else:\n    scheduler.step()")
    elif schedule.name == "onecycle":
        after.append("scheduler.step()")
    if options.average == "ema":
        after.append("averaged.update_parameters(model)")
    if not scaled:
        lines.append("optimizer.step()")
    elif skipped and after:
        lines += ["scale = scaler.get_scale()", "scaler.step(optimizer)", "scaler.update()"]
        head = (
            "if scaler.get_scale() >= scale:  # else a gradient overflowed, and there was no step"
        )
        after = [joined(head, indented(joined(*after)))]
    else:
        lines += ["scaler.step(optimizer)", "scaler.update()"]
    return joined(*lines, "optimizer.zero_grad()", *after)


def validation(config: Config, data: Data, *, own: bool, stops: bool, first: int) -> str:
    """Validate, select, stop, and move what moves per epoch."""
    options, schedule = config.train, config.scheduler
    select = options.select
    model, choose = "model", ""
    if options.average:
        model = "averaged.module"
        if options.average == "swa" and options.average_start > 1:
            choose = "candidate = averaged.module if epoch + 1 >= SWA_START else model"
            model = "candidate"
    call = evaluate_call(config, model, data.batches["validation"])
    if own:
        measured = joined("with generators_kept():", f"    {select} = {call}")
    else:
        measured = f"{select} = {call}"
    said = f'print(f"epoch {{epoch + 1}}: validation {select} {{{select}:.6g}}")'
    sign = "<" if direction_of(select, None) == "min" else ">"
    better = joined(
        f"if {select} {sign} best_{select}:",
        f"    best, best_{select}{', waited' if stops else ''} = "
        f"copy.deepcopy({model}.state_dict()), {select}{', 0' if stops else ''}",
    )
    if stops:
        better = joined(
            better,
            "else:",
            "    waited += 1",
            "    if waited == PATIENCE:",
            "        break",
        )
    plateau = f"scheduler.step({select})" if schedule.name == "plateau" else ""
    per_epoch = "scheduler.step()" if schedule.name in ("step", "multistep", "cosine") else ""
    moves = plateau or per_epoch
    if moves and schedule.warmup > first:
        moves = joined(
            "# While the rates are warming up, the scheduler moves those that they aim at.",
            "for group, rate in zip(optimizer.param_groups, rates, strict=True):",
            '    group["lr"] = rate',
            moves,
            'rates = [group["lr"] for group in optimizer.param_groups]',
            "warm_up(optimizer, rates, updates)",
        )
    return joined(choose, measured, said, better, moves)


def evaluate_call(config: Config, model: str, batches: str) -> str:
    """The call of `evaluate`."""
    loss = ", loss_fn" if config.train.select == "loss" else ""
    return f"evaluate({model}{loss}, {batches})"


def after(config: Config, data: Data, *, test: bool) -> str:
    """The last weights, the test of the selected ones."""
    last = "last = copy.deepcopy(model.state_dict())"
    if not test:
        return last
    call = evaluate_call(config, "model", data.batches["test"])
    return joined(
        last,
        "model.load_state_dict(best)",
        f"tested = {call}",
        f'print(f"test {config.train.select} {{tested:.6g}}")',
    )
