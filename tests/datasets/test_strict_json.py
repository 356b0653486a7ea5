"""What is JSON for this server, and what it says of the rest."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.datasets import strict_json
from webapp.privacy.refusals import Invalid

GOOD = [
    b'{"a":1,"b":{"a":2}}',
    b'{"a" : 1, "b"\t:2}',
    b'{"text":"a \\":b and a : colon","n":null}',
    b'{"":1}',
    b'[{"a":1},{"a":2}]',
    b'{"path":"C:\\\\u0000 is a folder"}',
    b'{"n":9223372036854775807,"m":-9223372036854775808,"f":1.5e300}',
    b"[" * 32 + b"]" * 32,
    b'"' + b"a" * 65536 + b'"',
]
BAD = [
    (b"", "not JSON"),
    (b"{", "not JSON"),
    (b"{'a':1}", "not JSON"),
    (b'{"a":1} {"b":2}', "not JSON"),
    (b'{"a":1,}', "not JSON"),
    (b'{"a":"\xff"}', "not JSON"),
    (b'\xef\xbb\xbf{"a":1}', "not JSON"),
    (b'{"a":NaN}', "NaN is no JSON number"),
    (b'{"a":[-Infinity]}', "-Infinity is no JSON number"),
    (b'{"a":1e999}', "a number beyond"),
    (b'{"a":' + b"9" * 5000 + b"}", "a number beyond"),
    (b'{"a":{"b":[1,9223372036854775808]}}', "the body.a.b[1] holds an integer beyond 64 bits"),
    (b"[-9223372036854775809]", "the body[0] holds an integer beyond 64 bits"),
    (b'{"a":1,"a":2}', "the key 'a' stands twice"),
    (b'{"x":{"a":1,"b":2,"a":3}}', "the key 'a' stands twice"),
    (b'{"a" :1,"a":2,"t":"\\":"}', "the key 'a' stands twice"),
    (b'{"a":1,"\\u0061":2}', "the key 'a' stands twice"),
    (b'{"a":"x\\u0000y"}', "the body.a holds a NUL character at position 1"),
    (b'{"a\\u0000":1}', "a key in the body holds a NUL"),
    (b'{"a":"\\ud800"}', "half of a surrogate pair"),
    (b'{"\\udc00":1}', "half of a surrogate pair"),
    (b"[" * 33 + b"]" * 33, "deeper than 32 levels"),
    (b'{"a":' * 33 + b"1" + b"}" * 33, "deeper than 32 levels"),
    (b"[" * 200_000, "deeper than 32 levels"),
    (b'{"a":"' + b"a" * 65537 + b'"}', "the body.a has 65537 characters"),
    (json.dumps({str(key): 1 for key in range(10_001)}).encode(), "the body has 10001 keys"),
    (json.dumps([{str(key): 1 for key in range(10_001)}]).replace(" ", "").encode(), "the body[0] has 10001 keys"),
]


@pytest.mark.parametrize("raw", GOOD, ids=range(len(GOOD)))
def test_good_json_is_read_as_the_standard_library_reads_it(raw: bytes) -> None:
    assert strict_json.read(raw) == json.loads(raw)


@pytest.mark.parametrize(("raw", "sentence"), BAD, ids=range(len(BAD)))
def test_bad_json_is_refused_with_what_and_where(raw: bytes, sentence: str) -> None:
    with pytest.raises(Invalid) as refusal:
        strict_json.read(raw)
    assert sentence in refusal.value.sentence


BAD_LINES = [(raw, sentence) for raw, sentence in BAD if raw and b"\n" not in raw]


@pytest.mark.parametrize(("raw", "sentence"), BAD_LINES, ids=range(len(BAD_LINES)))
def test_a_bad_line_is_refused_alone(raw: bytes, sentence: str) -> None:
    values = strict_json.read_lines([b'{"a":1}', raw, b'{"b":2}'])
    assert (values[0], values[2]) == ({"a": 1}, {"b": 2})
    assert sentence in values[1].sentence


def test_lines_that_are_halves_of_values_are_not_joined() -> None:
    values = strict_json.read_lines([b'{"a":1', b"}", b'{"b":2}'])
    assert [type(value) for value in values] == [Invalid, Invalid, dict]


def test_lines_that_hold_two_values_are_refused() -> None:
    values = strict_json.read_lines([b'{"a":1}{"b":2}', b"", b'{"c":3}'][:1])
    assert type(values[0]) is Invalid


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    # Texts that look like the ends of keys are what could fool the fast path.
    | st.text(st.sampled_from('ab":\\ ,{}\n\té💡'), max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.sampled_from('a":\\ '), max_size=3), inner),
    max_leaves=20,
)


@given(json_values, st.sampled_from([None, 1]), st.booleans())
def test_every_value_comes_back_as_it_went(value: object, indent: int | None, is_ascii: bool) -> None:
    raw = json.dumps(value, indent=indent, ensure_ascii=is_ascii).encode()
    assert strict_json.read(raw) == value
    assert strict_json.read_lines([json.dumps(value).encode()] * 2) == [value, value]


pairs = st.lists(
    st.tuples(st.text(st.sampled_from('ab":\\ '), max_size=2), st.text(st.sampled_from('a":\\ '))), max_size=6
)


@given(pairs, st.sampled_from([":", " :", ": ", "\t:", "\n : "]))
def test_a_repeated_key_is_never_taken(pairs: list[tuple[str, str]], colon: str) -> None:
    raw = ("{" + ",".join(f"{json.dumps(key)}{colon}{json.dumps(text)}" for key, text in pairs) + "}").encode()
    keys = [key for key, _ in pairs]
    if len(set(keys)) == len(keys):
        assert strict_json.read(raw) == dict(pairs)
    else:
        with pytest.raises(Invalid, match="stands twice"):
            strict_json.read(raw)


@pytest.mark.parametrize("filler", ["", '\\"', "é"], ids=["plain", "escaped quotes", "two bytes a character"])
def test_the_limit_of_a_text_holds_in_a_body_of_any_length(filler: str) -> None:
    rows = [{"label": "car", "geometry": {"x": number, "y": 2.5}} for number in range(9_000)]
    longest = filler + "a" * (strict_json.MAX_TEXT - len(filler))
    for text, is_taken in ((longest, True), (longest + "a", False)):
        raw = json.dumps([*rows, {"text": text}, *rows]).encode()
        if is_taken:
            assert strict_json.read(raw)[9_000]["text"] == text
        else:
            with pytest.raises(Invalid, match="a text may have"):
                strict_json.read(raw)


def test_a_repeated_key_in_a_long_body_is_never_taken() -> None:
    rows = json.dumps([{"geometry": {"x": number, "y": 2.5}} for number in range(9_000)]).encode()
    with pytest.raises(Invalid, match="stands twice"):
        strict_json.read(rows[:-1] + b',{"a":1,"a":2}]')
