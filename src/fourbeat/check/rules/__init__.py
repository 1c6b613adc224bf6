"""All rules, in the order in which their pages stand."""

from fourbeat.check.rule import Rule
from fourbeat.check.rules import (
    accumulation_loss_not_scaled,
    best_state_not_copied,
    epoch_scheduler_stepped_per_batch,
    frozen_backbone_batchnorm_drifts,
    functional_dropout_ignores_eval,
    learning_rate_too_high,
    learning_rate_too_low,
    loss_accumulated_with_graph,
    method_referenced_not_called,
    missing_zero_grad,
    optimizer_step_outside_batch_loop,
    plateau_scheduler_wrong_mode,
    scheduler_stepped_before_optimizer,
    softmax_before_cross_entropy,
    train_mode_not_restored,
    validation_builds_autograd_graph,
    validation_in_train_mode,
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
        validation_in_train_mode,
        train_mode_not_restored,
        frozen_backbone_batchnorm_drifts,
        functional_dropout_ignores_eval,
        method_referenced_not_called,
        validation_builds_autograd_graph,
        loss_accumulated_with_graph,
        best_state_not_copied,
        learning_rate_too_high,
        learning_rate_too_low,
        epoch_scheduler_stepped_per_batch,
        plateau_scheduler_wrong_mode,
        scheduler_stepped_before_optimizer,
    )
}
"""By their ids."""
