"""Tables from the wild: separators, decimal marks, encodings, missing values, bad cells, and what is no table."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data.dataset import Dataset, open_dataset
from engine.data.table import read_table
from engine.errors import UserError

DATA = Path(os.environ.get("LAMINA_TEST_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data")


def real(path: str) -> str:
    if not (DATA / path).exists():
        pytest.skip(f"the sample data {path} is not there; set LAMINA_TEST_DATA")
    return str(DATA / path)


def table(text: str | bytes, **settings: Any) -> Dataset:
    content = text.encode() if isinstance(text, str) else text
    found = read_table(content, "t.csv", **settings)
    return Dataset(found.fields, found.columns, found.count, None, tuple(found.notes), "")


def kinds(dataset: Dataset) -> dict[str, str]:
    return {one.name: one.kind for one in dataset.fields}


# ---- real files --------------------------------------------------------------------------------------------------


def test_diamonds(tmp_path: Path) -> None:
    found = open_dataset({"type": "TableFile", "path": real("tabular/diamonds.csv")}, tmp_path)
    assert found.count == 53_940
    schema = found.schema
    assert schema["price"].role == "target"
    assert schema["cut"].classes == ("Fair", "Good", "Ideal", "Premium", "Very Good")
    assert [kinds(found)[name] for name in ("carat", "color", "x", "y")] == ["number", "category", "number", "number"]
    assert found.columns["price"][:3].tolist() == [326, 326, 327]
    assert found.columns["carat"].dtype == np.float32
    assert not any(one.missing for one in found.fields)
    assert found.notes == ()


def test_titanic(tmp_path: Path) -> None:
    found = open_dataset({"type": "TableFile", "path": real("tabular/titanic.csv")}, tmp_path)
    schema = found.schema
    assert (schema["survived"].kind, schema["survived"].role) == ("category", "target")
    assert (schema["age"].missing, schema["deck"].missing, schema["embarked"].missing) == (177, 688, 2)
    assert np.isnan(found.columns["age"][5])
    assert found.columns["deck"][0] == -1
    assert schema["adult_male"].classes == ("false", "true")
    assert found.columns["fare"][1] == pytest.approx(71.2833)


def test_penguins_and_cars(tmp_path: Path) -> None:
    penguins = open_dataset({"type": "TableFile", "path": real("tabular/penguins.csv")}, tmp_path).schema
    assert penguins["species"].role == "target"
    assert penguins["sex"].missing == 11
    cars = open_dataset({"type": "TableFile", "path": real("tabular/mpg.csv")}, tmp_path)
    assert (cars.schema["name"].kind, cars.schema["name"].role) == ("text", "unused")
    assert any("“name” is free text" in note for note in cars.notes)


def test_messages_between_tabs_with_stray_quotes(tmp_path: Path) -> None:
    path = real("text/sms-spam.tsv")
    found = open_dataset({"type": "TableFile", "path": path}, tmp_path)
    assert found.count == sum(1 for line in Path(path).read_bytes().splitlines() if line.strip())
    assert found.schema["column 1"].classes == ("ham", "spam")
    assert found.schema["column 2"].kind == "text"


def test_series_of_dates(tmp_path: Path) -> None:
    found = open_dataset({"type": "TableFile", "path": real("timeseries/daily-min-temperatures.csv")}, tmp_path)
    assert kinds(found) == {"Date": "text", "Temp": "number"}
    assert any("dates" in note for note in found.notes)


# ---- numbers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_separators(sign: str) -> None:
    text = "\n".join(
        sign.join(row) for row in [["a", "b", "c"], *([str(one), "x" if one % 2 else "y", "2.5"] for one in range(30))]
    )
    found = table(text)
    assert list(kinds(found)) == ["a", "b", "c"]
    assert found.count == 30


def test_decimal_comma_and_thousands() -> None:
    found = table("price;size\n1.234,50;3,5\n999,00;12,25\n1.000.000,99;0,125\n")
    np.testing.assert_allclose(found.columns["price"], [1234.5, 999, 1000000.99], rtol=1e-6)
    np.testing.assert_allclose(found.columns["size"], [3.5, 12.25, 0.125])


def test_thousands_with_comma_space_and_apostrophe() -> None:
    found = table('a,b,c\n"1,234",1 234.5,1\'000\n"12,345,678.5",999.25,2\n1.5,2\u00a0345.5,3\n')
    np.testing.assert_allclose(found.columns["a"], [1234, 12345678.5, 1.5])
    np.testing.assert_allclose(found.columns["b"], [1234.5, 999.25, 2345.5])
    np.testing.assert_allclose(found.columns["c"], [1000, 2, 3])


def test_decimal_mark_by_setting() -> None:
    ambiguous = "a;b\n1,234;1\n2,345;2\n"
    np.testing.assert_allclose(table(ambiguous, decimal="comma").columns["a"], [1.234, 2.345])
    np.testing.assert_allclose(table(ambiguous, decimal="point").columns["a"], [1234, 2345])


@pytest.mark.parametrize(
    "spelling",
    ["", "NA", " n/a ", "NaN", "nan", "NULL", "null", "None", "?", "-", "--", ".", "#N/A", "Missing", "N.A."],
)
def test_spellings_of_missing(spelling: str) -> None:
    rows = "".join(f"{one}.5,{'u' if one % 2 else 'v'},x\n" for one in range(9))
    found = table(f"a,b,c\n{rows}{spelling},{spelling},y\n7,u,x\n")
    assert np.isnan(found.columns["a"]).nonzero()[0].tolist() == [9]
    assert (found.columns["b"] < 0).nonzero()[0].tolist() == [9]
    assert found.schema["a"].missing == found.schema["b"].missing == 1
    assert found.notes == ()


def test_text_in_a_number_column_is_named_by_row() -> None:
    lines = ["age,town", *(f"{20 + one},{'Ulm' if one % 3 else 'Bonn'}" for one in range(60))]
    lines[17], lines[40] = "abc,Ulm", "12 years,Bonn"
    found = table("\n".join(lines))
    assert found.schema["age"].kind == "number"
    assert found.schema["age"].missing == 2
    (note,) = found.notes
    assert note == "“age”: 2 cells are no numbers and count as missing: “abc” in row 18 and “12 years” in row 41."


def test_bad_cell_far_below_the_sample() -> None:
    lines = ["a,b", *(f"{one}.25,{one % 7}" for one in range(5000)), "oops,3", *(f"{one},2" for one in range(10))]
    found = table("\n".join(lines))
    assert found.schema["a"].kind == "number"
    assert found.count == 5011
    assert "“oops” in row 5,002" in found.notes[0]


def test_mostly_numbers_but_too_many_texts_become_text() -> None:
    cells = [str(one) if one % 4 else "low" for one in range(40)]
    found = table("a,b\n" + "\n".join(f"{cell},1.5" for cell in cells))
    assert found.schema["a"].kind in ("category", "text")
    assert any("mostly numbers but holds 10 texts" in note and "row 2" in note for note in found.notes)


def test_infinite_and_huge_numbers_count_as_missing() -> None:
    found = table("a,b\n" + "".join(f"{one}.5,1\n" for one in range(60)) + "inf,2\n1e60,3\n")
    assert found.schema["a"].missing == 2
    assert np.nanmax(found.columns["a"]) == 59.5


# ---- categories, text, ids ---------------------------------------------------------------------------------------


def test_zero_and_one_and_yes_and_no_are_categories() -> None:
    found = table(
        "a,b,c,d\n" + "".join(f"{one % 2},{'Yes' if one % 3 else 'NO'},{one % 3},{one * 1.5}\n" for one in range(12))
    )
    assert found.schema["a"].classes == ("0", "1")
    assert found.schema["b"].classes == ("no", "yes")
    assert found.schema["c"].kind == "number"
    assert found.columns["b"].tolist() == [0, 1, 1] * 4


def test_numbers_that_are_classes_by_setting() -> None:
    text = "ticket,price\n" + "".join(f"{one % 3 + 1},{one}.5\n" for one in range(12))
    found = table(text, categories=("ticket",))
    assert found.schema["ticket"].classes == ("1", "2", "3")
    with pytest.raises(UserError, match=r"no column “tocket”.*ticket and price"):
        table(text, categories=("tocket",))


def test_ids_names_and_post_codes() -> None:
    rows = "".join(
        f"{one + 1},{(one * 7919) % 1000 + 5000},Person {one},0{one % 9}123,{one % 5}.5\n" for one in range(50)
    )
    found = table("nr,customer_id,who,zip,score\n" + rows)
    roles = {one.name: (one.kind, one.role) for one in found.fields}
    assert roles["nr"] == roles["customer_id"] == ("number", "unused")
    assert roles["who"] == ("text", "unused")
    assert roles["zip"][0] == "category"
    assert roles["score"] == ("number", "target")
    assert found.schema["zip"].classes[0] == "00123"
    assert sum("only numbers the rows" in note for note in found.notes) == 2


def test_label_of_whole_numbers_becomes_classes() -> None:
    found = table("f,label\n" + "".join(f"{one}.5,{one % 4}\n" for one in range(40)))
    assert found.schema["label"].classes == ("0", "1", "2", "3")
    assert found.schema["label"].role == "target"


# ---- layout ------------------------------------------------------------------------------------------------------


def test_without_header() -> None:
    found = table("5.1,3.5,setosa\n4.9,3.0,setosa\n6.3,2.9,virginica\n")
    assert list(kinds(found)) == ["column 1", "column 2", "column 3"]
    assert found.count == 3
    assert table("2019,2020\n1.5,2.5\n3.5,4.5\n", header="yes").schema.keys() == {"2019", "2020"}


def test_names_are_made_unique_and_plain() -> None:
    found = table('a,a,"two\nlines",\n1.5,2.5,3.5,4.5\n5.5,6.5,7.5,8.5\n')
    assert list(kinds(found)) == ["a", "a 2", "two lines", "column 4"]


def test_quoted_cells_with_separator_and_line_break() -> None:
    found = table('who,n\n"Doe, Jane",1.5\n"two\nlines",2.5\n"say ""hi""",3.5\n')
    assert found.schema["who"].classes == ("Doe, Jane", 'say "hi"', "two\nlines")
    assert found.count == 3


def test_trailing_separators_blank_lines_and_short_rows() -> None:
    found = table("\n\na,b,\n1.5,x,\n\n2.5,y,\n3.5\n,,\n")
    assert list(kinds(found)) == ["a", "b"]
    assert found.count == 3
    assert found.columns["b"].tolist() == [0, 1, -1]
    assert found.notes == ("1 empty row is left out.",)


def test_row_names_without_heading_as_r_writes_them() -> None:
    found = table("a,b\none,1.5,2.5\ntwo,3.5,4.5\n", header="yes")
    assert list(kinds(found)) == ["row", "a", "b"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(end: str) -> None:
    found = table(end.join(["a,b", "1.5,x", "2.5,y", ""]))
    assert found.columns["a"].tolist() == [1.5, 2.5]
    assert found.schema["b"].classes == ("x", "y")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"])
def test_encodings(encoding: str) -> None:
    found = table(
        "größe,stadt\n1.5,Köln\n2.5,Łódź\n".replace("Łódź", "Łódź" if "utf" in encoding else "Ürün").encode(encoding)
    )
    assert list(kinds(found)) == ["größe", "stadt"]
    assert "Köln" in found.schema["stadt"].classes
    assert bool(found.notes) == ("utf" not in encoding)


# ---- hostile -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"  \n \n", "is empty"),
        (b"a,b,c\n", "nothing below|no rows"),
        (b",,\n,,\n", "no rows"),
        (b"PK\x03\x04 not a csv", "no text file.*CSV"),
        (b"a,b\n1,2\n\x00\x00\x00", "no text file"),
        (b"\xff\xfea\x00,", "no text file"),
        (b"a,b\n" + b"1.5,2\n" * 20 + b"1,2,3,4\n" + b"2.5,3\n" * 5, r"2 columns, but row 22 has 4.*quotation marks"),
    ],
    ids=range(8),
)
def test_what_is_no_table_is_refused_in_words(content: bytes, says: str) -> None:
    with pytest.raises(UserError, match=says) as caught:
        table(content)
    assert caught.value.message.startswith("t.csv")


@pytest.mark.parametrize(
    "content",
    [
        b'a,b\n"never closed,1\n2,3\n',
        b"a" * 300_000,
        b'"' * 1000,
        b"a,b\n" + b"x" * 500_000 + b",1\n",
        bytes(range(1, 256)) * 20,
        b"," * 5000 + b"\n" + b"1," * 5000 + b"1\n",
        b"=cmd|' /C calc'!A0,1\n=1+1,2\n",
    ],
    ids=range(7),
)
def test_strange_bytes_give_a_table_or_a_sentence(content: bytes) -> None:
    found, said = None, ""
    try:
        found = table(content)
    except UserError as error:
        said = error.message
    if found is None:
        assert said.startswith("t.csv")
    else:
        assert found.count >= 1
        assert all(len(column) == found.count for column in found.columns.values())


def test_files_that_are_none(tmp_path: Path) -> None:
    def message(path: Path | str) -> str:
        with pytest.raises(UserError) as caught:
            open_dataset({"type": "TableFile", "path": str(path)}, tmp_path / "cache")
        return caught.value.message

    assert "Choose a table" in message("")
    assert "There is no file" in message(tmp_path / "nothing.csv")
    assert "is a folder" in message(tmp_path)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.csv")  # reading it would wait for ever
        assert "no ordinary file" in message(tmp_path / "pipe.csv")


_PIECES = (
    '"',
    ",",
    ";",
    "\t",
    "\n",
    "\r\n",
    "1",
    "2.5",
    "1,5",
    "NA",
    "x",
    "é",
    "\u2028",
    "\x0b",
    "'",
    "-",
    "1e999",
    " ",
    "0x1",
)


@settings(max_examples=150, deadline=None)
@given(pieces=st.lists(st.sampled_from(_PIECES), max_size=60))
def test_any_text_gives_whole_columns_or_a_sentence(pieces: list[str]) -> None:
    try:
        found = table("".join(pieces))
    except UserError:
        return
    for one in found.fields:
        column = found.columns[one.name]
        assert len(column) == found.count
        if one.kind == "number":
            assert int(np.isnan(column).sum()) == one.missing
            assert not np.isinf(column).any()
        elif one.kind == "category":
            assert int((column < 0).sum()) == one.missing
            assert column.max() < len(one.classes)
