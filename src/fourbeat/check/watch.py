"""All rules looking at one script at once."""

import logging
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from typing import Any

from fourbeat.check.children import following
from fourbeat.check.facts import Facts
from fourbeat.check.look import Looks
from fourbeat.check.rules import RULES
from fourbeat.check.sources import Sources
from fourbeat.observe.attach import attach, close_look
from fourbeat.observe.events import Stepped
from fourbeat.observe.finer import Ended, Raised

log = logging.getLogger(__name__)


@contextmanager
def checking(sources: Sources | None = None) -> Generator[Facts]:
    """Look at what PyTorch does in this process, by every rule, until the context ends.

    The results of what runs within are the same bits as without.

    Args:
        sources: of the files, if there are any already.

    Yields:
        what is known; its `findings` are whole once the context has ended.
    """
    with attach(detail=True) as stream:
        facts = Facts(stream, sources or Sources())
        with ExitStack() as stack:

            def stepped(event: Stepped) -> None:
                facts.steps += event.counted

            stack.enter_context(stream.read_by({Stepped: stepped}))
            looks = Looks(close_look())
            shared = {
                "ledger": facts.ledger,
                "births": facts.births,
                "census": facts.census,
                "cuts": facts.cuts,
                "looks": looks,
                "modes": facts.modes,
                "passes": facts.passes,
                "kept": facts.kept,
                "rates": facts.rates,
            }
            for name, one in shared.items():
                stack.enter_context(stream.read_by(safely(one.readers, facts, name)))
            for name, rule in RULES.items():
                if rule.watch is not None:
                    stack.enter_context(stream.read_by(safely(rule.watch(facts), facts, name)))
            looks.begin()
            with following(facts):
                try:
                    yield facts
                except BaseException as error:
                    stream.emit(Raised(error))
                    raise
                finally:
                    looks.end()
                    stream.end()


def safely(readers: Any, facts: Facts, name: str) -> dict[type[Any], Callable[[Any], None]]:
    """Readers that never break the script they look at: a rule that fails is out, and says so."""
    alive = True

    def guard(read: Callable[[Any], None]) -> Callable[[Any], None]:
        def reads(event: Any) -> None:
            nonlocal alive
            # What a rule itself does with tensors is none of the script's doing.
            if alive and not facts.reading and (not facts.over() or isinstance(event, Ended)):
                facts.reading = True
                try:
                    read(event)
                except Exception as error:
                    alive = False
                    facts.failed[name] = error
                    log.debug("the rule %s failed", name, exc_info=True)
                finally:
                    facts.reading = False

        return reads

    return {kind: guard(read) for kind, read in readers.items()}
