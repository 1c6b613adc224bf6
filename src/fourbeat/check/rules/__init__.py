"""All rules, in the order in which their pages stand."""

from fourbeat.check.rule import Rule
from fourbeat.check.rules import (
    accumulation_loss_not_scaled,
    constant_weight_initialisation,
    graph_cut_inside_forward,
    layer_created_in_forward,
    layers_share_weights_by_accident,
    loss_detached_from_model,
    missing_zero_grad,
    nll_loss_on_logits,
    optimizer_holds_stale_parameters,
    optimizer_step_outside_batch_loop,
    parameters_missing_from_optimizer,
    prediction_target_broadcast,
    sigmoid_before_bce_with_logits,
    softmax_before_cross_entropy,
    softmax_over_batch_dimension,
    submodules_in_plain_list,
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
        sigmoid_before_bce_with_logits,
        nll_loss_on_logits,
        softmax_over_batch_dimension,
        prediction_target_broadcast,
        loss_detached_from_model,
        graph_cut_inside_forward,
        parameters_missing_from_optimizer,
        optimizer_holds_stale_parameters,
        submodules_in_plain_list,
        layer_created_in_forward,
        layers_share_weights_by_accident,
        constant_weight_initialisation,
    )
}
"""By their ids."""
