"""Free text as the codes of its words."""

from collections.abc import Sequence

from fourbeat.config.options import Config
from fourbeat.data.arrow import pc
from fourbeat.data.column import Column
from fourbeat.data.words import BUCKETS, SIGNS, WORD, WORDS
from fourbeat.eject.categories import value_of
from fourbeat.eject.facts import Facts, is_text
from fourbeat.eject.part import Part
from fourbeat.eject.text import Code, code, indented, joined, noted


def coding(config: Config, columns: Sequence[Column], facts: Facts, *, alone: bool) -> Part:
    """The function that gives the codes of a text's words, and the line that puts them behind others.

    Args:
        columns: of free text, at least one.
        alone: whether there are no other codes.
    """
    names = [column.name for column in columns]
    value = value_of(config, names, facts)
    head = code('''
        def word_codes(table: pa.Table, name: str) -> Tensor:
            """Codes of the first words and of pairs of neighbours, by a hash; 0 fills up."""
    ''')
    signs = any(
        pc.any(pc.match_substring_regex(facts.columns[name], f"[{SIGNS}]")).as_py()
        for name in names
        if is_text(facts.columns[name])
    )
    lines = joined(
        "texts = table[name].cast(pa.string()).to_pylist()",
        f"texts = [{value} for text in texts]" if value else "",
        code("""
            codes = torch.zeros(len(texts), 2 * WORDS, dtype=torch.int64)
            for row, text in enumerate(texts):
                words = re.findall(WORD, (text or "").lower())[:WORDS]
                tokens = [*words, *map(" ".join, pairwise(words))]
                hashes = [1 + zlib.crc32(token.encode()) % FREE_TEXTS[name] for token in tokens]
                codes[row, : len(hashes)] = torch.tensor(hashes, dtype=torch.int64)
            return codes
        """),
    )
    found = "word_codes(table, name) for name in FREE_TEXTS"
    parts = f"[{found}]" if alone else f"[codes, *({found})]"
    line = f"codes = torch.cat({parts}, dim=1)"
    constants = {
        "FREE_TEXTS": {column.name: column.buckets or BUCKETS for column in columns},
        "WORD": WORD.pattern if signs else Code('r"\\w+"'),
        "WORDS": noted(WORDS, "of a text that count"),
    }
    return Part(constants, (joined(head, indented(lines)),), line)
