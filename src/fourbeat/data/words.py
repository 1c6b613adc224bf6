"""Free text as the codes of its words and pairs of words, by a hash: no vocabulary, nothing to download."""

import re
import zlib
from collections import Counter
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

SHORT = 2.0
"""The same of titles, whose words come again and again."""

AGAIN, COMMON = 5, 0.9
"""A word comes again that is in so many texts; of titles, such a share of all words does."""

SIGNS = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
"""Signs of Chinese and Japanese, each a word of its own: no blanks stand between them."""

SIGN = re.compile(f"[{SIGNS}]")
WORD = re.compile(rf"[{SIGNS}]|[^\W{SIGNS}]+")


def is_free(values: Values) -> bool:
    """Whether texts are sentences, or titles of common words: by the words of the first thousand."""
    some = [text for text in values.slice(0, 1000).to_pylist() if text is not None]
    words = [SIGN.sub(" \\g<0> ", text).split() for text in some]
    total = sum(map(len, words))
    if not some or total < SHORT * len(some):
        return False
    counts = Counter(word for text in words for word in text if word.isalpha())
    again = sum(count for count in counts.values() if count >= AGAIN)
    return total >= FREE * len(some) or again >= COMMON * total


def tokens(text: str) -> list[str]:
    """The words of a text in lower case, then the pairs of neighbours."""
    words = WORD.findall(text.lower())[:WORDS]
    return [*words, *map(" ".join, pairwise(words))]


def code(token: str, buckets: int) -> int:
    """The code of a word or pair, from 1 to `buckets`: the CRC-32 of its UTF-8 bytes."""
    return 1 + zlib.crc32(token.encode()) % buckets


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
                known[token] = code(token, buckets)
            table[row, place] = known[token]
    index = pc.fill_null(coded.indices.cast(pa.int64()), len(coded.dictionary))
    return table[index.to_numpy(zero_copy_only=False)]
