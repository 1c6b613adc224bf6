"""All rules, in the order in which their pages stand."""

from fourbeat.check.rule import Rule
from fourbeat.check.rules import (
    accumulation_loss_not_scaled,
    missing_zero_grad,
    optimizer_step_outside_batch_loop,
    softmax_before_cross_entropy,
    zero_grad_before_step,
    zero_grad_inside_accumulation,
    zero_grad_once_per_epoch,
)

RULES: dict[str, Rule] = {
    module.RULE.name: module.RULE
    for module in (
        missing_zero_grad,
        zero_grad_before_step,
        zero_grad_once_per_epoch,
        zero_grad_inside_accumulation,
        accumulation_loss_not_scaled,
        optimizer_step_outside_batch_loop,
        softmax_before_cross_entropy,
    )
}
"""By their ids."""
