"""The query bar's own tokens are those of the server's lexer, over every documented query and random ones."""

from __future__ import annotations

import json
import re
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lark import Token
from lark.exceptions import UnexpectedInput

from tests.privacy.whatwg import find_node
from tests.query import sentences
from webapp.query.parser import GRAMMAR
from webapp.query.refusals import Misused

SCRIPT = Path(__file__).with_name("browser_tokens.mjs")
PAPER = (Path(__file__).resolve().parents[2] / "docs" / "query-language.md").read_text()
EXAMPLES = re.findall(r"^\| `(.+?)` \|", PAPER, re.MULTILINE)
KINDS = {"NAME": "name", "STRING": "string", "NUMBER": "number", "DATE": "date", "COMPARISON": "comparison"}
KINDS |= dict.fromkeys(("PLUS", "MINUS", "PERCENT"), "sign")
KINDS |= dict.fromkeys(("LPAR", "RPAR", "LSQB", "RSQB", "COMMA", "DOT", "AT", "__ANON_0", "__ANON_1"), "bracket")
AWKWARD = [
    "metadata.and.not.in = is AND NOT a.b NOT IN (or, not, 3)",
    "annotations[NOT (label = not)] > 1 or metadata.between between 1 and 2 and metadata.with starts with with",
    "a = 2021-01-01T10:00:00+02:00 AND b - 20 > -5 AND c = -2021 AND a.x is  not missing",
    "(((a.b + 1) % 2 = 0)) AND predictions@in.count>=1e-5 AND straße.größe = 'it\\'s' AND notes.x = 1",
    'x.y = "a\\"b" OR x.z = “curly" AND x.andy != oracle',
]


def server_tokens(text: str) -> list[list[Any]] | None:
    """Kinds and places, counted in UTF-16 units; None where the server refuses the text."""
    try:
        tokens = GRAMMAR.parse_interactive(text).exhaust_lexer()
    except (UnexpectedInput, Misused):
        return None
    return [[kind_of(one), units(text, one.start_pos), units(text, one.end_pos)] for one in tokens]


def kind_of(token: Token) -> str:
    return KINDS.get(token.type, "keyword")


def units(text: str, place: int | None) -> int:
    return len(text[:place].encode("utf-16-le")) // 2


def browser_tokens(texts: list[str]) -> list[list[list[Any]]]:
    node = find_node()
    if node is None:
        pytest.skip("there is no Node here")
    answer = subprocess.run([node, str(SCRIPT)], input=json.dumps(texts), capture_output=True, text=True, check=True)
    found: list[list[list[Any]]] = json.loads(answer.stdout)
    return found


def test_they_are_the_servers_over_every_documented_query() -> None:
    texts = [text for text in [*EXAMPLES, *AWKWARD] if server_tokens(text) is not None]
    assert len(texts) > 100
    assert set(AWKWARD) <= set(texts)
    for text, found in zip(texts, browser_tokens(texts), strict=True):
        assert found == server_tokens(text), text


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.one_of(sentences.one_row, sentences.of_labels), min_size=50, max_size=50))
def test_they_are_the_servers_over_random_queries(tests: list[str]) -> None:
    texts = [
        *tests,
        *(f"NOT ({first} OR {second}) AND {first}" for first, second in pairwise(tests)),
    ]
    texts = [text for text in texts if server_tokens(text) is not None]
    assert len(texts) > 50
    for text, found in zip(texts, browser_tokens(texts), strict=True):
        assert found == server_tokens(text), text
