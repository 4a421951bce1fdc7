"""Texts as sources: windows of a long one, labeled short ones, pairs of sequences, tagged sentences."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data.dataset import open_dataset, scan
from engine.data.source_pairs import SequencePairs, number_words
from engine.data.source_tagged import TAGS, TaggedWords
from engine.data.source_text import TextFile
from engine.data.source_texts import TextTable
from engine.data.split import split
from engine.data.vocabulary import BEGIN, END, PADDING, UNKNOWN, cut, decode, encode, places_of
from engine.data.windows import Windows
from engine.errors import UserError

POEM = "Rose is a rose is a rose.\nIs she? She is!\n" * 20


@pytest.fixture
def poem(tmp_path: Path) -> Path:
    path = tmp_path / "poem.txt"
    path.write_text(POEM, encoding="utf-8")
    return path


# ---- words -------------------------------------------------------------------------------------------------------


def test_words_marks_and_line_ends_are_cut() -> None:
    assert cut("Don’t stop, it's 3.50 €!\nNo_w", "words") == [
        "Don’t", "stop", ",", "it's", "3", ".", "50", "€", "!", "\n", "No", "_", "w"
    ]  # fmt: skip
    assert cut("Éé", "characters", lowercase=True) == ["é", "é"]


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=60))
def test_characters_come_back_as_they_were(text: str) -> None:
    classes = tuple(sorted(set(text) | {"x"}))
    assert decode(encode(cut(text, "characters"), classes), classes) == text


def test_what_is_not_in_the_vocabulary() -> None:
    with pytest.raises(UserError, match="“q” and “z”"):
        encode("aqzq", ("a", "b"))
    assert encode(["a", "q"], (PADDING, UNKNOWN, "a")) == [2, 1]
    assert decode([0, 2, 1, 9], (PADDING, UNKNOWN, "aa")) == "aa <unknown>"


# ---- one long text -----------------------------------------------------------------------------------------------


def test_the_answer_is_the_window_one_step_on(poem: Path) -> None:
    found = TextFile(path=str(poem), length=10).load()
    text, following = found.columns["text"], found.columns["next"]
    assert isinstance(text, Windows)
    assert text.base is following.base  # type: ignore[attr-defined]
    classes = found.fields[0].classes
    assert classes == tuple(sorted(set(POEM)))
    for row in (0, 5, found.count - 1):
        assert decode(text[row], classes) == POEM[10 * row : 10 * row + 10]
        assert decode(following[row], classes) == POEM[10 * row + 1 : 10 * row + 11]
    assert found.count == (len(POEM) - 1) // 10
    assert [one.role for one in found.fields] == ["input", "target"]


@pytest.mark.parametrize("stride", [1, 4, 10, 25])
def test_no_character_of_training_is_in_the_test(poem: Path, tmp_path: Path, stride: int) -> None:
    data = scan({"type": "TextFile", "path": str(poem), "length": 10, "stride": stride}, cache=tmp_path)
    dataset = open_dataset(data, tmp_path)
    found = split(dataset, data)
    places = [{step for at in part for step in range(stride * at, stride * at + 11)} for _, part in found]
    assert all(places)
    assert max(places[0]) < min(places[1])
    assert max(places[1]) < min(places[2])


def test_rare_words_become_unknown(poem: Path) -> None:
    found = TextFile(path=str(poem), unit="words", length=5, vocabulary=10).load()
    classes = found.fields[0].classes
    assert classes[0] == UNKNOWN
    assert classes[1] == "is"  # the most frequent word comes first
    assert len(classes) == 10
    assert UNKNOWN in decode(found.columns["text"][:].ravel(), classes)


def test_a_text_that_is_too_short_or_none_at_all(tmp_path: Path) -> None:
    short = tmp_path / "short.txt"
    short.write_text("abc")
    with pytest.raises(UserError, match="3 characters, fewer than a window of 64"):
        TextFile(path=str(short)).load()
    short.write_bytes(b"\0\1\2\3" * 50)
    with pytest.raises(UserError, match="no text file"):
        TextFile(path=str(short)).load()


def test_typed_text_is_read_as_the_training_was(poem: Path) -> None:
    source = TextFile(path=str(poem), length=12)
    field = source.load().fields[0]
    typed = source.read_item(field, "a rose is a rose is")
    assert typed is not None
    assert decode(typed, field.classes) == "rose is a rose is"[-12:]
    short = source.read_item(field, "rose")
    assert short is not None
    assert decode(short, field.classes) == "\n" * 8 + "rose"
    with pytest.raises(UserError, match="“z”"):
        source.read_item(field, "z")
    with pytest.raises(UserError, match="Type at least one"):
        source.read_item(field, "")


def test_shakespeare_is_read_at_once(data_folder: Path, tmp_path: Path) -> None:
    path = data_folder / "text" / "tinyshakespeare.txt"
    data = scan({"type": "TextFile", "path": str(path), "stride": 1}, cache=tmp_path)
    dataset = open_dataset(data, tmp_path)
    assert dataset.count == 1_115_394 - 64
    assert len(dataset.fields[0].classes) == 65
    batch = dataset.take("text", np.arange(0, dataset.count, 40_000))
    assert batch.shape == (28, 64)
    assert decode(batch[0], dataset.fields[0].classes).startswith("First Citizen:\nBefore we proceed")
    parts = split(dataset, data)
    assert [len(part) for _, part in parts] == pytest.approx([780_712, 167_245, 167_245], abs=2)


# ---- labeled texts -----------------------------------------------------------------------------------------------


def table(tmp_path: Path, content: str) -> Path:
    path = tmp_path / "texts.csv"
    path.write_text(content, encoding="utf-8")
    return path


REVIEWS = "id,stars,review,mood\n" + "".join(
    f'{row},{row % 5},"{"Lovely film, great fun" if row % 2 else "Dull and much too long"} {"again" * (row % 3 == 0)}",'
    f"{'good' if row % 2 else 'bad'}\n"
    for row in range(30)
)


def test_columns_are_found_by_what_they_hold(tmp_path: Path) -> None:
    found = TextTable(path=str(table(tmp_path, REVIEWS)), length=8).load()
    assert [(one.name, one.kind, one.role) for one in found.fields] == [
        ("review", "tokens", "input"),
        ("mood", "category", "target"),
    ]
    classes = found.fields[0].classes
    assert classes[:2] == (PADDING, UNKNOWN)
    assert decode(found.columns["review"][1], classes) == "lovely film, great fun"
    assert found.columns["review"][1].tolist()[5:] == [0, 0, 0]  # filled up
    assert any("left out" in note for note in found.notes)


def test_columns_can_be_named(tmp_path: Path) -> None:
    path = str(table(tmp_path, REVIEWS))
    found = TextTable(path=path, text="review", label_column="stars", unit="characters", lowercase=False).load()
    assert found.fields[1].name == "stars"
    assert found.fields[1].kind == "number"
    assert "L" in found.fields[0].classes
    with pytest.raises(UserError, match=r"no column “nope”.*Text column"):
        TextTable(path=path, text="nope").load()
    with pytest.raises(UserError, match=r"no column “review”.*Label column"):
        TextTable(path=path, text="review", label_column="review").load()


def test_long_texts_are_cut_and_the_vocabulary_is_capped(tmp_path: Path) -> None:
    found = TextTable(path=str(table(tmp_path, REVIEWS)), length=2, vocabulary=10).load()
    assert found.columns["review"].shape == (30, 2)
    assert len(found.fields[0].classes) == 10
    assert any("longer than 2 words lose their end: 30 of 30" in note for note in found.notes)


def test_a_table_of_numbers_has_no_text(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="numbers only"):
        TextTable(path=str(table(tmp_path, "a,b\n" + "1,2\n3,5\n" * 20))).load()


def test_the_same_text_is_in_one_part_only(tmp_path: Path) -> None:
    data = scan({"type": "TextTable", "path": str(table(tmp_path, REVIEWS * 1))}, cache=tmp_path)
    dataset = open_dataset(data, tmp_path)
    parts = [{tuple(row) for row in dataset.take("review", part).tolist()} for _, part in split(dataset, data)]
    assert not (parts[0] & parts[1] or parts[1] & parts[2] or parts[0] & parts[2])
    assert any("repeat another: " in note for note in dataset.notes)


def test_messages_without_a_heading(data_folder: Path, tmp_path: Path) -> None:
    path = data_folder / "text" / "sms-spam.tsv"
    data = scan({"type": "TextTable", "path": str(path)}, cache=tmp_path)
    dataset = open_dataset(data, tmp_path)
    assert [(one.name, one.kind) for one in dataset.fields] == [("text", "tokens"), ("label", "category")]
    assert dataset.fields[1].classes == ("ham", "spam")
    assert np.bincount(dataset.take("label")).tolist() == [4827, 747]
    assert decode(dataset.take("text", np.array([1]))[0], dataset.fields[0].classes) == "ok lar... joking wif u oni..."
    for _, part in split(dataset, data):  # stratified although groups stay together
        assert (dataset.take("label", part) == 1).mean() == pytest.approx(747 / 5574, abs=0.03)


# ---- pairs and tags ----------------------------------------------------------------------------------------------


def words_to_number(words: list[str]) -> int:
    """An independent reading of number words."""
    small = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
    teens = ("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
    round_ = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
    ones = dict(zip((*small, *teens), range(20), strict=True))
    tens = dict(zip(round_, range(20, 100, 10), strict=True))
    total = part = 0
    for word in words:
        if word == "thousand":
            total, part = total + part * 1000, 0
        elif word == "hundred":
            part *= 100
        else:
            part += ones.get(word, 0) + tens.get(word, 0)
    return total + part


@settings(max_examples=200, deadline=None)
@given(number=st.integers(0, 999_999))
def test_number_words(number: int) -> None:
    assert words_to_number(number_words(number)) == number


def test_pairs_say_the_same() -> None:
    found = SequencePairs(items=300).load()
    by_name = {one.name: one for one in found.fields}
    seen = set()
    for row in range(found.count):
        words = decode(found.columns["source"][row], by_name["source"].classes)
        digits = decode(found.columns["next"][row], by_name["next"].classes)
        assert words_to_number(words.split()) == int(digits)
        seen.add(words)
    assert len(seen) == 300  # no pair twice, so none is in two parts


@pytest.mark.parametrize(("task", "change"), [("reverse", lambda one: one[::-1]), ("copy", str), ("sort", sorted)])
def test_letters_are_reordered(task: str, change: object) -> None:
    found = SequencePairs(task=task, items=200, length=6).load()
    by_name = {one.name: one for one in found.fields}
    for row in range(200):
        one = decode(found.columns["source"][row], by_name["source"].classes)
        other = decode(found.columns["next"][row], by_name["next"].classes)
        assert other == "".join(change(one))  # type: ignore[operator]
        assert 2 <= len(one) <= 6


def test_what_was_written_so_far_is_one_step_behind() -> None:
    found = SequencePairs(items=100, task="spelled out").load()
    answer, following = found.columns["answer"], found.columns["next"]
    classes = found.fields[1].classes
    begin, end = classes.index(BEGIN), classes.index(END)
    assert (answer[:, 0] == begin).all()
    lengths = (following == end).argmax(axis=1)
    for row, length in enumerate(lengths):
        assert answer[row, 1 : length + 1].tolist() == following[row, :length].tolist()
        assert not following[row, length + 1 :].any()
        assert not answer[row, length + 1 :].any()


def test_typed_pairs() -> None:
    source = SequencePairs(items=500)
    fields = {one.name: one for one in source.load().fields}
    typed = source.read_item(fields["source"], "Four hundred and Twenty-one")
    assert typed is not None
    assert decode(typed, fields["source"].classes) == "four hundred twenty one"
    begun = source.read_item(fields["answer"], "42")
    assert begun is not None
    assert begun[0] == fields["answer"].classes.index(BEGIN)
    assert decode(begun, fields["answer"].classes) == "42"
    with pytest.raises(UserError, match="“million”"):
        source.read_item(fields["source"], "one million")
    with pytest.raises(UserError, match="at most"):
        source.read_item(fields["source"], "one " * 30)


def test_more_lists_than_there_are() -> None:
    with pytest.raises(UserError, match="Make fewer"):
        SequencePairs(task="copy", items=1000, length=2).load()


def test_sentences_need_both_neighbors() -> None:
    found = TaggedWords(items=500).load()
    words, tags = found.columns["words"], found.columns["tags"]
    assert ((words == 0) == (tags == 0)).all()  # both end at the same step
    assert found.fields[1].classes == (PADDING, *TAGS)
    names, kinds = found.fields[0].classes, found.fields[1].classes
    uses: dict[str, set[str]] = {}
    for word, tag in zip(words[words > 0].tolist(), tags[tags > 0].tolist(), strict=True):
        uses.setdefault(names[word], set()).add(kinds[tag])
    either = [word for word, seen in uses.items() if {"noun", "verb"} <= seen]
    assert len(either) > 8
    assert places_of(names)["."] > 0
