"""The scanner finds exactly the places that tomllib finds, each on its own line."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from bot.configuration.lines import Place, line_numbers, line_of

TEXT = '''\
# [not.a.table]
title = "a # b = c"   # comment

[a.b]
c.d = 1
"quoted key" = """
[x]
y = 1 \\""" """
'e=f' = \'\'\'
[[z]]\'\'\'
list = [
  1, "]",   # ]
  [2, 3],
  { k = [4,
    5], "l" = {} },
]
after = 1979-05-27 07:32:00

[[people]]
name = "x"
[people.more]
deep = true
[[people]]
name = "y"
  [[people.accounts]]
  id = 1
  [[people.accounts]]
  id = 2
'''


def test_every_key_stands_on_its_own_line() -> None:
    lines = line_numbers(TEXT)
    assert lines[("title",)] == 2
    assert lines[("a", "b", "c", "d")] == 5
    assert lines[("a", "b", "quoted key")] == 6
    assert lines[("a", "b", "e=f")] == 9
    assert lines[("a", "b", "list")] == 11
    assert lines[("a", "b", "list", 1)] == 12
    assert lines[("a", "b", "list", 2, 1)] == 13
    assert lines[("a", "b", "list", 3, "k", 1)] == 15
    assert lines[("a", "b", "list", 3, "l")] == 15
    assert lines[("a", "b", "after")] == 17
    assert lines[("people", 0)] == 19
    assert lines[("people", 0, "more", "deep")] == 22
    assert lines[("people", 1, "accounts", 0)] == 25
    assert lines[("people", 1, "accounts", 1, "id")] == 28


def test_what_is_missing_is_looked_for_where_its_table_begins() -> None:
    lines = line_numbers(TEXT)
    assert line_of(lines, ("people", 1, "role")) == 23
    assert line_of(lines, ("a", "b", "list", 9)) == 11
    assert line_of(lines, ("nowhere", "at", "all")) is None


def test_line_ends_of_windows_count_once() -> None:
    assert line_numbers('a = """\r\n\r\n"""\r\nb = 1\r\n') == {("a",): 1, ("b",): 4}


def places(value: object, place: Place = ()) -> Iterator[Place]:
    """Yield the places of everything in a value that tomllib read."""
    if place:
        yield place
    if isinstance(value, dict):
        for key, item in value.items():
            yield from places(item, (*place, key))
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from places(item, (*place, index))


def test_the_places_are_those_of_tomllib() -> None:
    assert set(line_numbers(TEXT)) == set(places(tomllib.loads(TEXT)))


keys = st.sampled_from(["a", "b-1", "3", '"a b"', "'#'", '"\\u00e9"', '""', "a.b", "x . 'y.z'", '"\\"]"'])
scalars = st.sampled_from(
    [
        "1",
        "-1_000",
        "1.5e3",
        "inf",
        "true",
        "1979-05-27 07:32:00Z",
        "07:32:00",
        '"x"',
        '""',
        '"\\"]}#"',
        "''",
        "'''\n'\n'''",
        '"""\n\\"""\n"""',
        '"""a""""',
        '"""a"""""',
        "''''a'''''",
        '"""\\\n  b"""',
        '"\\\\"',
    ]
)
gaps = st.sampled_from(["", " ", "\n", " # ]}\n", "\n\n\t"])


def lists(items: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return lists as people write them: broken over lines, with comments, with a comma too many."""
    return st.builds(
        lambda parts, gap, end: (
            f"[{gap}" + f"{gap},{gap}".join(parts) + (f",{gap}" if parts and end else "") + f"{gap}]"
        ),
        st.lists(items, max_size=3),
        gaps,
        st.booleans(),
    )


def tables(items: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pairs = st.lists(st.tuples(keys, items), max_size=3, unique_by=lambda pair: pair[0])
    return pairs.map(lambda pairs: "{ " + ", ".join(f"{key} = {item}" for key, item in pairs) + " }")


values = st.recursive(scalars, lambda items: lists(items) | tables(items), max_leaves=8)
statements = st.one_of(
    st.builds("{} = {}{}".format, keys, values, st.sampled_from(["", " # x = [", "\t"])),
    keys.map("[{}]".format),
    keys.map("  [[ {} ]] # [c]".format),
    gaps,
)


@given(st.lists(statements, max_size=12).map("\n".join))
def test_the_places_of_any_toml_are_those_of_tomllib(text: str) -> None:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    assert set(line_numbers(text)) == set(places(table))
