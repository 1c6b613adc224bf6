"""Where a run happens."""

import torch

from fourbeat.receipt.environment import differences, environment


def test_the_settings_that_change_bits_on_a_gpu_are_there(monkeypatch):
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "a GPU")
    before = environment("cuda")
    assert before["gpu"] == "a GPU"
    with torch.backends.cudnn.flags(
        deterministic=not before["cudnn_deterministic"], allow_tf32=not before["cudnn_allow_tf32"]
    ):
        changed = differences(before, environment("cuda"))
    assert [line.partition(":")[0] for line in changed] == [
        "cudnn_deterministic",
        "cudnn_allow_tf32",
    ]


def test_differences_are_named():
    assert "gpu" not in environment("cpu")
    assert differences({"threads": 2, "gone": 1}, {"threads": 1, "new": 3}) == [
        "threads: 2, now 1",
        "gone: 1, now None",
        "new: None, now 3",
    ]
