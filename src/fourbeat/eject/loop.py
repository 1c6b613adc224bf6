"""The loop: forward, loss, backward, step; validation, selection, early stopping."""

from typing import Any

from fourbeat.eject.metrics import autocast, moved, within
from fourbeat.eject.part import Data, Part
from fourbeat.eject.subject import Subject
from fourbeat.eject.text import code, indented, joined, one_line, spaced
from fourbeat.loop.select import direction_of


def loop(subject: Subject, data: Data) -> Part:
    """The lines from the first epoch to the last."""
    options = subject.config.train
    select, lower = options.select, direction_of(options.select, None) == "min"
    worst = "math.inf" if lower else "-math.inf"
    begin = f"best, best_{select} = None, {worst}"
    if stops(subject):
        begin = f"best, best_{select}, waited = None, {worst}, 0"
    epoch = spaced(
        joined("model.train()", data.order, training(subject, data)), validation(subject, data)
    )
    return Part(
        constants(subject), lines=joined(begin, "for epoch in range(EPOCHS):", indented(epoch))
    )


def constants(subject: Subject) -> dict[str, Any]:
    """The options of the loop that it uses."""
    options = subject.config.train
    late = options.average == "swa" and options.average_start > 1
    found = {
        "EPOCHS": options.epochs,
        "BATCH_SIZE": options.batch_size,
        "ACCUMULATE": options.accumulate if options.accumulate > 1 else None,
        "CLIP_NORM": options.clip_norm,
        "CLIP_VALUE": options.clip_value,
        "PATIENCE": options.patience if stops(subject) else None,
        "EMA_DECAY": options.average_decay if options.average == "ema" else None,
        "SWA_START": options.average_start if late else None,
    }
    return {name: value for name, value in found.items() if value is not None}


def stops(subject: Subject) -> bool:
    """Whether the run could have stopped early."""
    options = subject.config.train
    return options.patience is not None and options.patience < options.epochs


def before(subject: Subject) -> str:
    """What the loop needs beside model, loss and optimizer."""
    options, compiling = subject.config.train, subject.config.compile
    average = {
        "ema": code("""
            multi_avg_fn = get_ema_multi_avg_fn(EMA_DECAY)
            averaged = AveragedModel(model, multi_avg_fn=multi_avg_fn, use_buffers=True)
        """),
        "swa": "averaged = AveragedModel(model, use_buffers=True)",
    }
    compiled = ""
    if compiling is not None and subject.compiled:
        chosen = compiling.model_dump(exclude_defaults=True).items()
        arguments = ", ".join(f"{name}={one_line(value)}" for name, value in chosen)
        compiled = f"model.compile({arguments})"
    in_groups = subject.config.optimizer.groups and options.clip_norm is not None
    return joined(
        f'scaler = torch.amp.GradScaler("{subject.device}")' if options.precision == "fp16" else "",
        'parameters = [p for group in optimizer.param_groups for p in group["params"]]'
        if in_groups  # their order is that of the norm's sum
        else "",
        average.get(options.average or ""),
        compiled,
    )


EACH_MEMBER = code("""
    outputs = model(*inputs)  # of each member, which answers for itself
    each = target.repeat_interleave(outputs.shape[1], dim=0)
    loss = loss_fn(outputs.flatten(0, 1), each)
""")


def training(subject: Subject, data: Data) -> str:
    """One pass over the training rows."""
    options, batches = subject.config.train, data.batches["train"]
    forward = "loss = loss_fn(model(*inputs), target)"
    if subject.config.model.name == "tabm":
        forward = EACH_MEMBER
    forward = joined(moved(subject), within(autocast(subject), forward))
    if options.accumulate > 1:
        passes = accumulating(subject, batches, forward)
    else:
        backward = "scaler.scale(loss).backward()" if scaled(subject) else "loss.backward()"
        each = joined(forward, backward, update(subject))
        passes = joined(f"for *inputs, target in {batches}:", indented(each))
    if options.average == "swa":
        average = "averaged.update_parameters(model)"
        late = options.average_start > 1
        passes = joined(passes, within("if epoch + 1 >= SWA_START:" if late else "", average))
    return passes


def accumulating(subject: Subject, batches: str, forward: str) -> str:
    """A pass whose steps take several batches."""
    loss = "loss * (share / unit)"
    each = joined(
        forward,
        f"share = {subject.share}",
        "total, unit = total + share, share if unit is None else unit",
        f"scaler.scale({loss}).backward()" if scaled(subject) else f"({loss}).backward()",
    )
    divide = "parameter.grad.div_(total / unit)"
    if subject.own_model:  # which may have parameters that the loss does not hang on
        divide = within("if parameter.grad is not None:", divide)
    step = joined(
        "# Each batch counts by its share of the step, in units of the first one.",
        "total, unit = 0, None",
        "for *inputs, target in chain([batch], islice(pending, ACCUMULATE - 1)):",
        indented(each),
        "scaler.unscale_(optimizer)" if scaled(subject) else "",
        within("for parameter in model.parameters():", divide),
        update(subject),
    )
    return joined(f"pending = iter({batches})", within("for batch in pending:", step))


def scaled(subject: Subject) -> bool:
    """Whether the loss is scaled, as fp16 needs it."""
    return subject.config.train.precision == "fp16"


def update(subject: Subject) -> str:
    """From gradients to new weights, and what moves with them."""
    config, options = subject.config, subject.config.train
    clips = options.clip_norm is not None or options.clip_value is not None
    parameters = "parameters" if config.optimizer.groups else "model.parameters()"
    clip = joined(
        "scaler.unscale_(optimizer)"
        if clips and scaled(subject) and options.accumulate == 1
        else "",
        f"nn.utils.clip_grad_norm_({parameters}, CLIP_NORM)" if options.clip_norm else "",
        "nn.utils.clip_grad_value_(model.parameters(), CLIP_VALUE)" if options.clip_value else "",
    )
    step, moves = "optimizer.step()", moves_with_it(subject)
    if scaled(subject):
        step = joined("scaler.step(optimizer)", "scaler.update()")
        if subject.skipped and moves:
            step = joined("scale = scaler.get_scale()", step)
            head = "if scaler.get_scale() >= scale:  # else a gradient overflowed: no step was done"
            moves = within(head, moves)
    return joined(clip, step, "optimizer.zero_grad()", moves)


def moves_with_it(subject: Subject) -> str:
    """What moves with each update: learning rate, averaged weights."""
    schedule, lines = subject.config.scheduler, ""
    cycles = schedule.name == "onecycle"
    if schedule.warmup:
        warm = within("if updates <= WARMUP:", "warm_up(optimizer, rates, updates)")
        lines = joined("updates += 1", warm, within("else:", "scheduler.step()") if cycles else "")
    elif cycles:
        lines = "scheduler.step()"
    ema = subject.config.train.average == "ema"
    return joined(lines, "averaged.update_parameters(model)" if ema else "")


def validation(subject: Subject, data: Data) -> str:
    """Validate, select, stop, and move what moves per epoch."""
    options = subject.config.train
    select, lower = options.select, direction_of(options.select, None) == "min"
    model, choose = "averaged.module" if options.average else "model", ""
    if options.average == "swa" and options.average_start > 1:
        choose = "candidate = averaged.module if epoch + 1 >= SWA_START else model"
        model = "candidate"
    measure = f"{select} = {evaluate(subject, model, data.batches['validation'])}"
    if subject.own_data or subject.own_model:
        loaders = subject.own_data and options.batch_size is None
        held = "validation_loader" if loaders else ""
        measure = within(f"with generators_kept({held}):", measure)
    waits = stops(subject)
    names, values = f"best, best_{select}", f"copy.deepcopy({model}.state_dict()), {select}"
    taken = f"{names}, waited = {values}, 0" if waits else f"{names} = {values}"
    wait = code("""
        else:
            waited += 1
            if waited == PATIENCE:
                break
    """)
    return joined(
        choose,
        measure,
        f'print(f"epoch {{epoch + 1}}: validation {select} {{{select}:.6g}}")',
        within(f"if {select} {'<' if lower else '>'} best_{select}:", taken),
        wait if waits else "",
        moves_with_epochs(subject),
    )


def moves_with_epochs(subject: Subject) -> str:
    """The scheduler's step at the end of an epoch."""
    schedule = subject.config.scheduler
    if schedule.name in ("none", "onecycle"):
        return ""
    shown = subject.config.train.select if schedule.name == "plateau" else ""
    step = f"scheduler.step({shown})"
    if schedule.warmup <= subject.receipt.curves[0].step:
        return step
    return joined(
        "# While the rates are warming up, the scheduler moves those that they aim at.",
        "for group, rate in zip(optimizer.param_groups, rates, strict=True):",
        '    group["lr"] = rate',
        step,
        'rates = [group["lr"] for group in optimizer.param_groups]',
        "warm_up(optimizer, rates, updates)",
    )


def evaluate(subject: Subject, model: str, batches: str) -> str:
    """The call of `evaluate`."""
    loss = ", loss_fn" if subject.config.train.select == "loss" else ""
    return f"evaluate({model}{loss}, {batches})"


def after(subject: Subject, data: Data) -> str:
    """The last weights, and the test of the selected ones."""
    last = "last = copy.deepcopy(model.state_dict())"
    if not subject.tested:
        return last
    return joined(
        last,
        "model.load_state_dict(best)",
        f"tested = {evaluate(subject, 'model', data.batches['test'])}",
        f'print(f"test {subject.config.train.select} {{tested:.6g}}")',
    )
