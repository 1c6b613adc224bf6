"""A script that ends with an error of torch's, explained."""

from fourbeat.check.facts import Facts
from fourbeat.check.raised import reason
from fourbeat.check.rule import Readers, Rule
from fourbeat.observe.finer import Raised


def watch(facts: Facts) -> Readers:
    """Explain the error that ended the script, if it is one of a known kind."""

    def raised(event: Raised) -> None:
        why = reason(event.error)
        if why is not None:
            facts.report(RULE.name, "error", why.place, why.fact, why.fix, **why.shapes)

    return {Raised: raised}


RULE = Rule(
    name="training-raises",
    severity="error",
    what="The script ends with an error of torch's whose cause can be told.",
    why="Torch names the operation that failed, deep inside a layer or a loss, in its own words: shapes "
    "that do not fit, float labels, labels out of range, tensors on two devices, a loss without a graph. "
    "The cause is some lines further up.",
    seen="The traceback of the error that nobody caught is read, with the tensors that its frames hold: "
    "the layer and its input, the loss and its target, or what the error says.",
    silent="Errors that the script catches or raises itself, errors of other libraries, and errors whose "
    "cause is not known.",
    bad='labels = torch.tensor(frame["label"])  # float64\n'
    "loss = F.cross_entropy(model(x), labels)\n",
    good='labels = torch.tensor(frame["label"]).long()\nloss = F.cross_entropy(model(x), labels)\n',
    watch=watch,
)
