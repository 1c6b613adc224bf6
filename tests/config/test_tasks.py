"""What a configuration may say of its task, all that is wrong at once."""

import pytest

from fourbeat.config.sources import load
from fourbeat.errors import ConfigError

TABLE = {"data.path": "t.csv"}


@pytest.mark.parametrize(
    ("flags", "messages"),
    [
        ({"data.target": ["a", "b"]}, ["classification has one target, and 2", "multilabel"]),
        ({"data.target": ["a", "b"], "data.task": "regression"}, ["regression has one target"]),
        ({"data.target": ["a", "a"], "data.task": "multilabel"}, ["'a' is named twice"]),
        ({"data.target": "a", "data.task": ["regression"]}, ["data.task"]),
        ({"data.target": "a", "data.task": "ranking"}, ["data.task"]),
        (
            {"data.target": "a", "train.select": "r2"},
            ["no 'r2' to select by", "loss, accuracy, auc"],
        ),
        (
            {
                "data.target": "a",
                "data.task": "regression",
                "train.select": "accuracy",
                "train.class_weights": "balanced",
                "train.label_smoothing": 0.1,
                "data.relabel": {"x": "y"},
            },
            [
                "4 problems",
                "no 'accuracy' to select by",
                "loss, rmse, mae, r2",
                "no use for 'train.class_weights'",
                "no use for 'train.label_smoothing'",
                "no use for 'data.relabel'",
            ],
        ),
        (
            {"data.target": "a", "data.task": "multilabel", "train.label_smoothing": 0.1},
            ["multilabel has no use for 'train.label_smoothing'"],
        ),
    ],
)
def test_what_a_task_does_not_have_is_named(flags, messages):
    with pytest.raises(ConfigError) as refused:
        load(flags={**TABLE, **flags})
    for message in messages:
        assert message in str(refused.value)


def test_the_place_is_where_it_was_said():
    with pytest.raises(ConfigError, match=r"to select by \(--set train.select\)"):
        load(flags={**TABLE, "data.target": "a"}, settings=["train.select=mae"])


def test_a_file_names_task_and_targets(tmp_path):
    file = tmp_path / "run.toml"
    file.write_text('[data]\npath = "t.csv"\ntarget = ["a", "b,c"]\ntask = "multilabel"\n')
    config = load(file)
    assert (config.data.task, config.data.targets) == ("multilabel", ("a", "b,c"))
    assert load(flags={**TABLE, "data.target": "a"}).data.task == "classification"


def test_a_list_without_a_target_is_none(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(ConfigError, match="'data.target' is needed"):
        load(flags={"data.path": str(path), "data.target": [], "data.task": "multilabel"})


def test_a_quantity_has_defaults_of_its_own_where_nothing_is_said():
    flags = {**TABLE, "data.target": "a", "data.task": "regression"}
    config = load(flags=flags)
    assert (config.model.norm, config.optimizer.lr) == ("none", 5e-4)
    told = load(flags={**flags, "model.norm": "batch", "optimizer.lr": 0.1})
    assert (told.model.norm, told.optimizer.lr) == ("batch", 0.1)
    assert load(flags={**flags, "optimizer.name": "sgd"}).optimizer.lr == 2e-3
    with pytest.raises(ConfigError, match="model"):
        load(flags={**flags, "model": 3})
