"""From the text of a query to its tree, in time that grows with its length alone; what fits no grammar is refused."""

from __future__ import annotations

import re
from pathlib import Path as FilePath
from typing import Any, NoReturn

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from webapp.query.refusals import Misused, QuerySyntaxError, quoted
from webapp.query.tree import (
    CONDITIONS,
    LITERALS,
    All,
    Arithmetic,
    Condition,
    Node,
    Not,
    Number,
    Objects,
    Operand,
    Path,
    Some,
    Span,
    Test,
    Text,
    Truth,
    walk,
)

MAX_CHARACTERS = 10_000
MAX_NODES = 500
# SQLite's parser keeps a hundred open words, and every level is some of them.
MAX_DEPTH = 30
MAX_ARITHMETIC = 3
# Beyond it a sum of 500 could leave what a database counts with.
MAX_NUMBER = 1e300
TRUTHS = {"true": True, "false": False}
SYNONYMS = {"==": "=", "<>": "!="}
# What the grammar would have taken, in words; a group is named where any of it fits.
EXPECTED = {
    "a field or a value": {"NAME", "STRING", "NUMBER", "DATE"},
    "a comparison (=, !=, <, <=, >, >=, IN, CONTAINS, STARTS WITH, BETWEEN, EXISTS, IS MISSING)": {"COMPARISON"},
    "AND": {"_AND"},
    "OR": {"_OR"},
    "WITH": {"_WITH"},
    "MISSING": {"_MISSING"},
    '"("': {"LPAR"},
    '","': {"COMMA"},
    '")"': {"RPAR"},
    '"]"': {"RSQB"},
    "the end": {"$END"},
}


def parse(text: str) -> Condition:
    """The tree of a query; raises QuerySyntaxError."""
    check_text(text)
    try:
        found: Any = GRAMMAR.parse(text)
        tree = condition(found)
    except UnexpectedInput as fault:
        refuse(text, fault)
    except Misused as fault:
        raise fault.within(text) from None
    check_size(text, tree)
    return tree


def check_text(text: str) -> None:
    if len(text) > MAX_CHARACTERS:
        place = (MAX_CHARACTERS, MAX_CHARACTERS + 1)
        raise QuerySyntaxError(
            text[: MAX_CHARACTERS + 1],
            place,
            f"the query has {len(text)} characters; at most {MAX_CHARACTERS} are accepted.",
        )
    if odd := re.search("[\0\ud800-\udfff]", text):
        raise QuerySyntaxError(text.replace(odd[0], "?"), odd.span(), "this character stands in no text of any item.")
    if not text.strip():
        raise QuerySyntaxError(text, (0, 0), "the query is empty; write a condition such as metadata.weather = sunny.")


def check_size(text: str, tree: Condition) -> None:
    for count, (node, level) in enumerate(walk(tree), 1):
        if level > MAX_DEPTH:
            raise QuerySyntaxError(text, node.at, f"this is nested more than {MAX_DEPTH} levels deep.")
        if count > MAX_NODES:
            raise QuerySyntaxError(text, node.at, f"the query has more than {MAX_NODES} parts.")
    for node, _ in walk(tree):
        if isinstance(node, Arithmetic) and depth_of(node) > MAX_ARITHMETIC:
            raise QuerySyntaxError(text, node.at, f"this is calculated in more than {MAX_ARITHMETIC} levels.")


def depth_of(node: Operand) -> int:
    """How deep calculations lie in each other; each remainder of a remainder is one more."""
    if not isinstance(node, Arithmetic):
        return 0
    levels = len(node.rest) if node.rest[0][0] == "%" else 1
    return levels + max(depth_of(part) for part in (node.first, *(part for _, part in node.rest)))


def refuse(text: str, fault: UnexpectedInput) -> NoReturn:
    """Raise QuerySyntaxError for what the grammar does not take."""
    position = fault.pos_in_stream if fault.pos_in_stream is not None else len(text)
    if isinstance(fault, UnexpectedToken):
        position = len(text) if fault.token.type == "$END" else fault.token.start_pos or 0
        fits = set(fault.accepts or fault.expected)
    else:
        fits = set(fault.allowed or ()) if isinstance(fault, UnexpectedCharacters) else set()
    word = re.compile(r"\w+|\W", re.DOTALL).match(text, position)
    place, found = (word.span(), quoted(word[0])) if word else ((position, position), "the end")
    if word and word[0] in "\"'\u201c\u201d\u201e":
        raise QuerySyntaxError(text, (position, position + 1), "the quote that opens here is never closed.") from None
    expected = [name for name, terminals in EXPECTED.items() if terminals & fits]
    listed = f"; expected {' or '.join(expected)}" if expected else ""
    hint = ""
    if "COMPARISON" not in fits and word and word[0][0].isdigit():
        hint = " Put quotes around a text that begins with a digit."
    reason = f"found {found}{listed}.{hint}"
    raise QuerySyntaxError(text, place, reason, found=found, expected=expected) from None


def condition(node: Node) -> Condition:
    """The node where something true or false is wanted."""
    if isinstance(node, CONDITIONS):
        return node
    raise Misused(node.at, "this alone is no condition; compare it with something, or write EXISTS behind it.")


def operand(node: Node) -> Operand:
    """The node where a number or a text is wanted."""
    if isinstance(node, Objects) or not isinstance(node, CONDITIONS):
        return node
    raise Misused(node.at, "a condition stands here where a field or a value is expected.")


def value(node: Node) -> Operand:
    """The node behind a comparison, where a bare word is a text."""
    if not (isinstance(node, Path) and len(node.steps) == 1 and node.run is None):
        return operand(node)
    word = node.steps[0]
    if word.lower() in TRUTHS:
        return Truth(TRUTHS[word.lower()], node.at)
    if word.lower() == "null":
        raise Misused(node.at, "nothing equals null; write IS MISSING, or put quotes around the text.")
    return Text(word, node.at, is_bare=True)


def literal(node: Node) -> Operand:
    found = value(node)
    if isinstance(found, LITERALS):
        return found
    raise Misused(node.at, "a list holds numbers, texts, true and false only.")


def around(first: Node | Token, last: Node | Token) -> Span:
    return span(first)[0], span(last)[1]


def span(part: Node | Token) -> Span:
    return (part.start_pos or 0, part.end_pos or 0) if isinstance(part, Token) else part.at


def unquoted(token: Token) -> str:
    if token.type != "STRING":
        return str(token)
    return re.sub(r"\\([\"'\\])", r"\1", token[1:-1])


@v_args(inline=True)
class Builder(Transformer[Token, Condition]):
    """Makes a node of each rule of the grammar, which calls these by name as it goes."""

    def query(self, *parts: Node) -> Node:
        return Some(tuple(map(condition, parts)), around(parts[0], parts[-1]))

    def all_of(self, *parts: Node) -> Node:
        return All(tuple(map(condition, parts)), around(parts[0], parts[-1]))

    def not_(self, part: Node) -> Node:
        return Not(condition(part), part.at)

    def compare(self, left: Node, sign: Token, right: Node) -> Node:
        word = SYNONYMS.get(sign, str(sign))
        return test("=" if word == "!=" else word, [left, right], is_denied=word == "!=")

    def one_of(self, left: Node, *rest: Any) -> Node:
        denied, others = split(rest)
        return test("IN", [left, *map(literal, others)], is_denied=denied)

    def between(self, left: Node, *rest: Any) -> Node:
        denied, others = split(rest)
        return test("BETWEEN", [left, *others], is_denied=denied)

    def contains(self, left: Node, *rest: Any) -> Node:
        denied, others = split(rest)
        return test("CONTAINS", [left, *others], is_denied=denied)

    def starts_with(self, left: Node, *rest: Any) -> Node:
        denied, others = split(rest)
        return test("STARTS WITH", [left, *others], is_denied=denied)

    def exists(self, left: Node) -> Node:
        return test("EXISTS", [left], is_denied=False)

    def is_missing(self, left: Node, *rest: Any) -> Node:
        return test("EXISTS", [left], is_denied=not rest)

    def total(self, *parts: Any) -> Node:
        rest = tuple((str(sign), operand(part)) for sign, part in zip(parts[1::2], parts[2::2], strict=True))
        return Arithmetic(operand(parts[0]), rest, around(parts[0], parts[-1]))

    product = total

    def negative(self, sign: Token, part: Node) -> Node:
        if isinstance(part, Number):
            return Number(-part.value, around(sign, part))
        return Arithmetic(Number(0.0, span(sign)), (("-", operand(part)),), around(sign, part))

    def number(self, token: Token) -> Node:
        found = float(token)
        if found > MAX_NUMBER:
            raise Misused(span(token), "this number is too large; numbers up to 1e300 are accepted.")
        return Number(found, span(token))

    def date(self, token: Token) -> Node:
        return Text(str(token), span(token), is_date=True)

    def string(self, token: Token) -> Node:
        return Text(unquoted(token), span(token))

    def run(self, token: Token) -> Token:
        return Token("RUN", unquoted(token), token.start_pos, end_pos=token.end_pos)

    def path(self, *steps: Token) -> Node:
        run = next((str(step) for step in steps if step.type == "RUN"), None)
        names = tuple(unquoted(step) for step in steps if step.type != "RUN")
        return Path(names, around(steps[0], steps[-1]), run)

    def objects(self, root: Token, *rest: Any) -> Node:
        run = str(rest[0]) if len(rest) == 2 else None
        return Objects(str(root), condition(rest[-1]), around(root, rest[-1]), run)


def split(rest: tuple[Any, ...]) -> tuple[bool, list[Node]]:
    """Whether a NOT stands before the others, and the others."""
    denied = isinstance(rest[0], Token)
    return denied, list(rest[denied:])


def test(word: str, nodes: list[Node], *, is_denied: bool) -> Condition:
    operands = (operand(nodes[0]), *map(value, nodes[1:]))
    made = Test(word, operands, around(nodes[0], nodes[-1]))
    return Not(made, made.at) if is_denied else made


GRAMMAR = Lark(
    FilePath(__file__).with_name("grammar.lark").read_text(),
    start="query",
    parser="lalr",
    lexer="contextual",
    transformer=Builder(),
    maybe_placeholders=False,
)
