"""Free text as the codes of its words and pairs of words, by a hash: no vocabulary, nothing to download."""

import re
import zlib
from itertools import pairwise

import numpy as np
import pyarrow as pa

from fourbeat.data.arrow import pc
from fourbeat.types import Values

WORDS = 32
"""Words of a text that count, the first ones."""

CODES = 2 * WORDS
"""Codes of a text: one for each word and each pair of neighbours; 0 fills the rest."""

BUCKETS = 4096
"""Codes that words are hashed to, where nothing else is said."""

FREE = 4.0
"""Words that texts have on average from which on they are free text, and no names or ids."""

WORD = re.compile(r"\w+")


def is_free(values: Values) -> bool:
    """Whether texts are sentences: by the words of the first thousand."""
    some = [text for text in values.slice(0, 1000).to_pylist() if text is not None]
    return bool(some) and sum(len(text.split()) for text in some) >= FREE * len(some)


def tokens(text: str) -> list[str]:
    """The words of a text in lower case, then the pairs of neighbours."""
    words = WORD.findall(text.lower())[:WORDS]
    return [*words, *map(" ".join, pairwise(words))]


def codes(values: Values, buckets: int) -> np.ndarray:
    """Codes of a column's texts, int64 of shape (rows, CODES): 0 for nothing, then 1 to `buckets`.

    The words in lower case, then pairs of neighbours, each by the CRC-32 of its UTF-8 bytes.
    """
    coded = pa.chunked_array(values.cast(pa.string()).chunks).combine_chunks().dictionary_encode()
    known: dict[str, int] = {}
    table = np.zeros((len(coded.dictionary) + 1, CODES), np.int64)
    for row, text in enumerate(coded.dictionary.to_pylist()):
        for place, token in enumerate(tokens(str(text))):
            if token not in known:
                known[token] = 1 + zlib.crc32(token.encode()) % buckets
            table[row, place] = known[token]
    index = pc.fill_null(coded.indices.cast(pa.int64()), len(coded.dictionary))
    return table[index.to_numpy(zero_copy_only=False)]
