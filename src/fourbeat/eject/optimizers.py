"""The optimizer, its groups, and how the learning rate moves."""

from typing import Any

from fourbeat.eject.part import Part
from fourbeat.eject.subject import Subject
from fourbeat.eject.text import WIDTH, call, code, joined
from fourbeat.loop.select import direction_of

CLASSES = {"adamw": "AdamW", "adam": "Adam", "sgd": "SGD"}

GROUPS = code('''
    def parameter_groups(model: nn.Module) -> list[dict]:
        """Each parameter in the group of the first pattern that its name matches, or the last."""
        groups = [{"params": [], **options} for options in GROUPS.values()]
        groups.append({"params": []})
        for name, parameter in model.named_parameters():
            matches = [fnmatchcase(name, pattern) for pattern in GROUPS]
            groups[[*matches, True].index(True)]["params"].append(parameter)
        return groups
''')

WARM_UP = code('''
    def warm_up(optimizer: torch.optim.Optimizer, rates: list[float], updates: int) -> None:
        """The learning rates on a straight line to their full values, for the next update."""
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate * min(1, (updates + 1) / WARMUP)
''')


def optimizer(subject: Subject) -> Part:
    """The optimizer over all parameters."""
    options = subject.config.optimizer
    constants: dict[str, Any] = {"LEARNING_RATE": options.lr}
    arguments = ["lr=LEARNING_RATE"]
    if options.momentum:
        constants["MOMENTUM"] = options.momentum
        arguments.append("momentum=MOMENTUM")
    if options.weight_decay or options.name == "adamw":  # which has a default of its own
        constants["WEIGHT_DECAY"] = options.weight_decay
        arguments.append("weight_decay=WEIGHT_DECAY")
    if subject.fused:
        arguments.append("fused=True")
    what = "model.parameters()"
    if options.groups:
        patterns = options.groups.items()
        constants["GROUPS"] = {name: g.model_dump(exclude_none=True) for name, g in patterns}
        what = "parameter_groups(model)"
    name = f"torch.optim.{CLASSES[options.name]}"
    line = call(f"optimizer = {name}", [what, *arguments], WIDTH - 4)
    return Part(constants, (GROUPS,) if options.groups else (), line)


def scheduler(subject: Subject) -> Part:
    """The scheduler, and the warm-up before it."""
    config = subject.config
    options, epochs = config.scheduler, config.train.epochs
    constants: dict[str, Any] = {}
    line, peaks = None, ""
    if options.name == "step":
        constants = {"STEP_EPOCHS": options.every, "STEP_FACTOR": options.factor}
        line = "lr_scheduler.StepLR(optimizer, step_size=STEP_EPOCHS, gamma=STEP_FACTOR)"
    elif options.name == "multistep":
        constants = {"MILESTONES": list(options.milestones), "STEP_FACTOR": options.factor}
        line = "lr_scheduler.MultiStepLR(optimizer, MILESTONES, gamma=STEP_FACTOR)"
    elif options.name == "cosine":
        line = "lr_scheduler.CosineAnnealingLR(optimizer, T_max=EPOCHS)"
    elif options.name == "onecycle":
        constants = {"CYCLE_STEPS": max(epochs * subject.steps - options.warmup, 1)}
        peak = "LEARNING_RATE"
        if any(group.lr for group in config.optimizer.groups.values()):
            peak, peaks = "peaks", 'peaks = [group["lr"] for group in optimizer.param_groups]'
        line = f"lr_scheduler.OneCycleLR(optimizer, {peak}, total_steps=CYCLE_STEPS)"
    elif options.name == "plateau":
        constants = {"PLATEAU_FACTOR": options.factor, "PLATEAU_PATIENCE": options.patience}
        direction = direction_of(config.train.select, None)
        line = joined(
            "lr_scheduler.ReduceLROnPlateau(",
            f'    optimizer, mode="{direction}", factor=PLATEAU_FACTOR, patience=PLATEAU_PATIENCE',
            ")",
        )
    warm = ""
    if options.warmup:
        constants["WARMUP"] = options.warmup
        warm = joined(
            "updates = 0",
            'rates = [group["lr"] for group in optimizer.param_groups]',
            "warm_up(optimizer, rates, updates)",
        )
    return Part(
        constants,
        (WARM_UP,) if options.warmup else (),
        joined(peaks, line and f"scheduler = {line}", warm),
    )
