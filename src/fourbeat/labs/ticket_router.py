"""The ticket router: from eight rows to an artifact that reloads.

A support ticket has an urgency and a sentiment; should it be escalated? Eight rows train a small
network, four validate it, and `fb.fit` keeps the best epoch and leaves a receipt beside it. The
weights are read back from `best/model.safetensors`, which holds no code, into a network that knows
nothing, and must give the same answers. The run stays in the directory: open its `report.html`.
"""

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import fourbeat as fb
from fourbeat.labs.picture import RIGHT, THIRD, picture
from fourbeat.labs.play import main
from fourbeat.labs.rows import TRAIN, VALIDATION

PREDICT = (
    "8 rows, 60 epochs, batches of 4, SGD with 0.15. Where does the validation loss begin, where "
    "does it end, and which epoch is the best? How many tensors does the artifact hold?"
)

COMPARE = (
    "It begins at {first:.6f}, and epoch {best_epoch:.0f} is the best with {best:.6f}: nothing "
    "has overfitted yet. Accuracy {accuracy:.1f} on four rows says little; the loss says more. "
    "The artifact holds {saved:.0f} tensors, its predictions differ by {differ:.0f} from those "
    "of the trained model, and tracking gradients was {tracked:.0f} (0 is off). The receipt has "
    "{curves:.0f} epochs, and a batch was as it should be: (4, 2) float32, (4,) int64."
)


def network() -> nn.Sequential:
    """2-8-2."""
    return nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 2))


def train(directory: Path) -> fb.Run:
    """Train, or read the run in the directory if it is finished."""
    torch.manual_seed(7)
    loader = DataLoader(TensorDataset(*TRAIN), batch_size=4, shuffle=True)
    model = network()
    return fb.fit(
        model,
        loader,
        DataLoader(TensorDataset(*VALIDATION), batch_size=4),
        loss_fn=nn.CrossEntropyLoss(),
        optimizer=torch.optim.SGD(model.parameters(), lr=0.15),
        epochs=60,
        seed=7,
        out=directory,
    )


def run(directory: Path) -> dict[str, float]:
    """Figures of the run, and `ticket_router.png`."""
    trained = train(directory)
    receipt, trained_model = trained.receipt, trained.model.eval()
    assert receipt.selection is not None
    assert receipt.batch == "(4, 2) float32, (4,) int64"
    trained.load_best()
    tensors = load_file(directory / "best" / "model.safetensors")
    again = network().eval()
    again.load_state_dict(tensors)
    with torch.inference_mode():
        logits = again(VALIDATION[0])
        differ = (logits - trained_model(VALIDATION[0])).abs().max().item()
        a, b = torch.linspace(-2.6, 2.6, 120), torch.linspace(-2.2, 2.2, 120)
        points = torch.stack(torch.meshgrid(a, b, indexing="xy"), dim=2).reshape(-1, 2)
        chance = again(points).softmax(dim=1)[:, 1].reshape(120, 120)
    losses = [(e.train["loss"], e.validation["loss"]) for e in receipt.curves]
    with picture(directory, "ticket_router", "The ticket router", columns=2) as (left, right):
        epochs = range(1, len(losses) + 1)
        left.plot(epochs, [t for t, _ in losses], color=THIRD, label="training, 8 rows")
        left.plot(epochs, [v for _, v in losses], color=RIGHT, label="validation, 4 rows")
        best = receipt.selection
        left.plot(
            best.epoch,
            best.value,
            "o",
            color=RIGHT,
            label=f"best: {best.value:.6f}, epoch {best.epoch}",
        )
        left.set(xlabel="epoch", ylabel="loss (cross-entropy)", ylim=(0, None))
        left.legend()
        shades = right.contourf(
            a, b, chance, levels=[i / 10 for i in range(11)], cmap="Blues", alpha=0.55
        )
        right.figure.colorbar(shades, ax=right, label="probability: escalate")
        for (x, y), marker, name in ((TRAIN, "o", "training"), (VALIDATION, "D", "validation")):
            for label, colour in ((0, THIRD), (1, RIGHT)):
                rows = x[y == label]
                word = ("standard", "escalate")[label]
                right.plot(
                    rows[:, 0],
                    rows[:, 1],
                    marker,
                    color=colour,
                    markeredgecolor="white",
                    markersize=9,
                    linestyle="",
                    label=f"{word}, {name}",
                )
        right.set(xlabel="urgency (standardised)", ylabel="sentiment (standardised)")
        right.grid(visible=False)
        right.legend(loc="upper left", fontsize=8.5)
    return {
        "first": losses[0][1],
        "best": best.value,
        "best_epoch": best.epoch,
        "accuracy": receipt.results["validation"]["accuracy"],
        "saved": len(tensors),
        "differ": differ,
        "tracked": int(logits.requires_grad),
        "curves": len(receipt.curves),
    }


if __name__ == "__main__":
    main(__doc__, PREDICT, run, COMPARE)
