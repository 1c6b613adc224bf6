"""Labs: short scripts to run, one idea each. Predict first, run, compare.

A lab is a module with

* a docstring: the title, then what is done and why it matters;
* `PREDICT`, the question to answer first;
* `run(directory)`, which returns figures by name and draws one picture, `NAME.png`;
* `COMPARE`, the answer, a text with places for the figures.

A broken variant stands beside the correct one wherever there is one. It is a plain PyTorch loop
where fourbeat would refuse it.
"""

ROWS = {
    "one_update": "T3 L4",
    "zero_grad": "T4 L6 F15",
    "raw_logits": "T2 L3 M4",
    "short_batch": "T5 V1",
    "outputs": "M1 M3",
    "shapes_and_hooks": "L2 F5",
    "one_batch": "T6",
    "clipping": "T11",
    "half_precision": "T13 F10",
    "first_bad_value": "T14",
    "flight_recorder": "L1 F5",
    "int_features": "F14",
    "sorted_data": "L7",
    "optimizers": "L5",
    "groups": "M2",
    "lost_parameters": "M4",
    "schedules": "L9",
    "eval_forgotten": "T9 T16",
    "aliasing": "T8",
    "early_stopping": "L11 V2",
    "resume": "L10 F4 F13",
    "ticket_router": "T1 T7 T10 T12 T15",
    "fashion_mnist": "F1 F2 F3",
    "profile": "F6",
    "compiled": "F8",
    "debug_table": "T16 F7",
    "bug_table": "L13 F7",
    "gan": "L10",
    "lbfgs": "L5",
    "lstm": "L10",
    "multitask": "M3",
    "transformer": "L12 F10",
}
"""Every lab, in an order to read them in, and the rows of the lessons that it shows."""
