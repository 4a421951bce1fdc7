"""The table of keys: no key twice, changes of a person, swaps, files and damage."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import shortcuts
from app.commands import COMMANDS
from app.shortcuts import USUAL, Shortcuts, doubles, entries, from_json, to_json, why_not, why_not_swap
from engine.errors import UserError
from widgets import keymap
from widgets.canvas.acts import ACTS


@pytest.fixture
def config(tmp_path, monkeypatch):
    monkeypatch.setenv("LAMINA_CONFIG", str(tmp_path / "config"))
    return tmp_path / "config" / "shortcuts.json"


def test_no_two_commands_share_a_key_on_the_first_day() -> None:
    assert doubles(USUAL) == {}
    for name, entry in entries().items():
        for key in entry.keys:
            assert keymap.plain(key) == key, f"{name}: {key} is no key"
            others = Counter(entry.keys)
            assert others[key] == 1, name


def test_the_table_lists_every_command_and_everything_the_canvas_does() -> None:
    assert set(entries()) == set(COMMANDS) | set(ACTS)
    assert {"File", "Edit", "Network", "View", "Run", "Help", "Canvas"} <= {one.group for one in entries().values()}


def test_the_canvas_knows_what_each_act_does() -> None:
    from widgets.canvas.keys import RUNS

    assert list(RUNS) == list(ACTS)


def test_commands_and_the_canvas_agree_on_the_keys_of_the_first_day() -> None:
    for name in set(COMMANDS) & set(ACTS):
        assert [keymap.plain(key) for key in COMMANDS[name].keys] == [keymap.plain(key) for key in ACTS[name].keys], (
            name
        )


def test_a_key_of_the_first_day_can_be_had_by_its_command() -> None:
    for name, entry in entries().items():
        for key in entry.keys:
            bare = Shortcuts({name: ()}, {})
            assert why_not(name, key, bare) == "", f"{name} {key}"


def test_a_free_key_comes_besides() -> None:
    table = USUAL.given("duplicate", "Ctrl+B")
    assert table.keys()["duplicate"] == ("Ctrl+D", "Ctrl+B")
    assert table.given("duplicate", "Ctrl+E", instead_of="Ctrl+D").keys()["duplicate"] == ("Ctrl+E", "Ctrl+B")
    assert USUAL.keys()["duplicate"] == ("Ctrl+D",), "a table is a value"


def test_taking_over_leaves_the_other_without() -> None:
    assert USUAL.owner("Ctrl+G", "duplicate") == "group"
    table = USUAL.given("duplicate", "Ctrl+G")
    assert (table.keys()["duplicate"], table.keys()["group"]) == (("Ctrl+D", "Ctrl+G"), ())
    assert doubles(table) == {}


def test_swapping_gives_the_other_what_was_replaced() -> None:
    table = USUAL.swapped("duplicate", "Ctrl+G")
    assert (table.keys()["duplicate"], table.keys()["group"]) == (("Ctrl+G",), ("Ctrl+D",))
    two = USUAL.swapped("redo", "Ctrl+D", instead_of="Ctrl+Y")
    assert (two.keys()["redo"], two.keys()["duplicate"]) == (("Ctrl+Shift+Z", "Ctrl+D"), ("Ctrl+Y",))
    assert doubles(table) == doubles(two) == {}


def test_why_two_cannot_swap() -> None:
    assert why_not_swap("align_left", "Ctrl+D", USUAL) == "Align left has no key to give in return."
    assert "Save cannot have Tab" in why_not_swap("add_layer", "Ctrl+S", USUAL, "Tab")
    assert why_not_swap("duplicate", "Ctrl+G", USUAL) == ""


@pytest.mark.parametrize(
    ("name", "key", "part"),
    [
        ("duplicate", "Esc", "cancels everywhere"),
        ("duplicate", "Space", "pans the canvas"),
        ("save", "Tab", "can only work on the canvas"),
        ("save", "Return", "can only work on the canvas"),
        ("save", "Up", "can only work on the canvas"),
        ("duplicate", "Ctrl+D", "has Ctrl+D already"),
        ("duplicate", "", "no key that can be told"),
        ("duplicate", "Shift+Up", "is Walk up with Shift"),
    ],
)
def test_keys_that_cannot_be_given_away_say_why(qapp, name, key, part) -> None:
    reason = why_not(name, key, USUAL)
    assert part in reason and reason.endswith("."), reason


def test_a_walk_needs_its_key_with_shift_too(qapp) -> None:
    assert "Shift+A as well, which is Add a layer" in why_not("walk_up", "A", Shortcuts({"fit": ("Home",)}, {}))


def test_reset_brings_the_first_day_back() -> None:
    table = USUAL.given("duplicate", "Ctrl+G").given("group", "Ctrl+D")
    one = table.reset("group")
    assert one.keys()["group"] == ("Ctrl+G",)
    assert doubles(one) == {}
    assert table.reset("group").reset("duplicate").keys() == USUAL.keys()


def test_the_usual_keys_count_as_unchanged() -> None:
    table = USUAL.with_keys("duplicate", ("Ctrl+B",)).with_keys("duplicate", ("Ctrl+D",))
    assert table.changed == {}


_NAMES = st.sampled_from(sorted(entries()))
_KEYS = st.sampled_from(["Ctrl+D", "Ctrl+G", "Alt+Up", "A", "Home", "F9", "Ctrl+Alt+B", "Up", "Shift+A", "W", "Tab"])


@given(st.lists(st.tuples(st.sampled_from(["give", "swap", "remove", "reset"]), _NAMES, _KEYS), max_size=12))
def test_whatever_is_done_no_key_is_ever_had_twice(steps) -> None:
    table = USUAL
    for what, name, key in steps:
        if what == "reset":
            table = table.reset(name)
        elif what == "remove":
            table = table.with_keys(name, table.keys()[name][1:])
        elif not why_not(name, key, table):
            if what == "give":
                table = table.given(name, key)
            elif table.owner(key, name) and not why_not_swap(name, key, table):
                table = table.swapped(name, key)
        assert doubles(table) == {}
        again, said = from_json(json.loads(json.dumps(to_json(table))))
        assert again.keys() == table.keys() and said == []


# ---- files ----


def test_it_is_kept_and_found_again(config) -> None:
    table = USUAL.swapped("duplicate", "Ctrl+G")
    shortcuts.save(table)
    again, said = shortcuts.load()
    assert again.keys() == table.keys() and said == []
    assert set(json.loads(config.read_text())["keys"]) == {"duplicate", "group"}


def test_without_a_file_everything_is_usual(config) -> None:
    assert shortcuts.load() == (USUAL, [])


@pytest.mark.parametrize("damaged", ["", "{", "[]", "null", '{"keys": 1}', '{"kind": "lamina shortcuts"}', "[" * 9999])
def test_a_damaged_file_falls_back_with_a_sentence(config, damaged) -> None:
    config.parent.mkdir(parents=True)
    config.write_text(damaged)
    table, said = shortcuts.load()
    assert table.keys() == USUAL.keys()
    assert len(said) == 1 and "could not be read" in said[0] and said[0].endswith("first day.")


@pytest.mark.parametrize(
    "keys",
    [7, "Ctrl+B", [1], ["Ctrl+Q+W+E"], ["nothing at all"], ["Esc"], ["Ctrl+B"] * 9, ["x" * 99], ["Ctrl+K, Ctrl+B"]],
)
def test_a_damaged_entry_falls_back_alone(config, keys) -> None:
    config.parent.mkdir(parents=True)
    good = {"kind": "lamina shortcuts", "format": 1, "keys": {"duplicate": keys, "group": ["Ctrl+Alt+G"]}}
    config.write_text(json.dumps(good))
    table, said = shortcuts.load()
    assert table.keys()["duplicate"] == ("Ctrl+D",) and table.keys()["group"] == ("Ctrl+Alt+G",)
    assert len(said) == 1 and said[0].startswith("The kept keys of ") and said[0].endswith("first day.")


def test_a_key_that_two_entries_claim_goes_to_the_first(config) -> None:
    claims = {"kind": "lamina shortcuts", "keys": {"duplicate": ["Ctrl+B"], "group": ["Ctrl+B"]}}
    table, said = from_json(claims)
    assert table.keys()["duplicate"] == ("Ctrl+B",) and table.keys()["group"] == ("Ctrl+G",)
    assert "Group into block" in said[0]


def test_commands_of_another_version_survive(config) -> None:
    table, _ = from_json({"kind": "lamina shortcuts", "keys": {"teleport": ["Ctrl+T"], "undo": ["Ctrl+U"]}})
    shortcuts.save(table.given("duplicate", "Ctrl+B"))
    assert json.loads(config.read_text())["keys"]["teleport"] == ["Ctrl+T"]


def test_a_newer_file_is_refused(tmp_path) -> None:
    path = tmp_path / "keys.json"
    path.write_text(json.dumps({"kind": "lamina shortcuts", "format": 9, "keys": {}}))
    with pytest.raises(UserError, match="newer version"):
        shortcuts.read(path)


def test_what_is_no_table_is_refused_in_a_sentence(tmp_path) -> None:
    missing, large = tmp_path / "missing.json", tmp_path / "large.json"
    large.write_bytes(b" " * (shortcuts.MOST_BYTES + 1))
    for path, part in ((missing, "could not be read"), (large, "too large"), (tmp_path, "could not be read")):
        with pytest.raises(UserError, match=part):
            shortcuts.read(path)
