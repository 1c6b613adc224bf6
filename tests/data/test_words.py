"""Free text as codes of words: the same for the same words, and learned from."""

import zlib

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fourbeat as fb
from fourbeat.data.guess import guess
from fourbeat.data.words import CODES, WORDS, codes, is_free


def chunked(texts):
    return pa.chunked_array([pa.array(texts, pa.string())])


def test_words_and_pairs_of_neighbours():
    found = codes(chunked(["Login  fails, login!", None, "..."]), 4096)
    expected = ["login", "fails", "login", "login fails", "fails login"]
    assert found[0, :5].tolist() == [1 + zlib.crc32(token.encode()) % 4096 for token in expected]
    assert not found[0, 5:].any()
    assert not found[1:].any()
    assert found.shape == (3, CODES)


@given(st.lists(st.none() | st.text(max_size=300), min_size=1, max_size=20), st.integers(2, 2**20))
def test_any_text(texts, buckets):
    found = codes(chunked(texts), buckets)
    assert found.min() >= 0
    assert found.max() <= buckets
    for row, text in zip(found, texts, strict=True):
        alone = codes(chunked([text]), buckets)[0]
        assert (row == alone).all()
        assert not text or (row > 0).sum() <= 2 * WORDS - 1


@pytest.mark.parametrize(
    ("texts", "free"),
    [
        (["the mail is late again", "no answer since this morning"], True),
        (["INC001", "INC002"], False),
        (["Opened by 8", "Opened by 9"], False),
        ([None, None], False),
        (["\u670d\u52a1\u5f88\u597d", "\u7269\u6d41\u592a\u6162\u4e86"], True),
        (["\u738b\u660e", "\u674e\u4f1f"], False),
        (
            [
                f"{a} {b}"
                for a in ("red", "blue", "green") * 3
                for b in ("shoe", "shirt", "hat") * 3
            ],
            True,
        ),
        ([f"{['Ann', 'Ben', 'Zoe'][i % 3]} Name{i}" for i in range(60)], False),
        ([f"{i % 5} {i % 7}" for i in range(60)], False),
        ([f"https://a.b/p/{i}?r=a" for i in range(60)], False),
    ],
)
def test_free_text_is_told_from_ids(texts, free):
    assert is_free(chunked(texts)) is free


def test_signs_without_blanks_are_words():
    one, other = codes(chunked(["\u670d\u52a1 ok", "\u670d \u52a1 ok"]), 64)
    assert (one == other).all()
    assert (one > 0).sum() == 5


def test_a_column_of_sentences_is_text():
    told = guess("c", chunked([f"ticket number {i} is about a mail" for i in range(40)]))
    assert told.type == "text"
    assert guess("c", chunked([f"T-{i}" for i in range(40)])).type == "id"


def test_it_is_learned_from_and_predicted_with(tmp_path):
    rng = np.random.default_rng(0)
    sour = rng.random(600) < 0.5
    filler = rng.choice(["mail", "door", "phone", "desk", "screen"], (600, 4))
    said = [
        f"{' '.join(words)} {'still broken' if bad else 'thank you'} {i}"
        for i, (words, bad) in enumerate(zip(filler, sour, strict=True))
    ]
    said[::37] = [None] * len(said[::37])
    frame = pd.DataFrame(
        {"note": said, "noise": rng.normal(size=600), "bad": np.where(sour, "yes", "no")}
    )
    for model in ("mlp", "linear", "tabm"):
        run = fb.train(
            frame, "bad", out=tmp_path / model, settings={"model.name": model, "train.epochs": 15}
        )
        column = next(c for c in run.receipt.data.columns if c.name == "note")
        assert (column.type, column.missing > 0) == ("text", True)
        assert run.receipt.results["test"]["auc"] > 0.95
        trained = fb.load(run.directory)
        asked = pa.table(
            {"note": ["desk still broken", "thank you", None], "noise": [0.0, 0.0, 0.0]}
        )
        assert trained.predict(asked).tolist()[:2] == ["yes", "no"]
        file = tmp_path / "asked.csv"
        file.write_text("noise,note\n0,desk still broken\n0,12\n")
        assert trained.predict(file)[0] == "yes"
