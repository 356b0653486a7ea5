/** A query's text as tokens, as the server's lexer makes them; tolerant of what is half written, in linear time. */

/**
 * What may come next: a condition; a value or a field to compare with; a step behind a dot; a run behind an @; an
 * operator behind a field; AND or OR behind a whole test; or the one word that a wording still lacks.
 * @typedef {"condition" | "operand" | "step" | "run" | "operator" | "join" | "between" | "list" | "more" | "with" | "missing" | "negated"} Wants
 */

/**
 * `field` is the path that the comparison is about, as it is written; `word` its operator, in capitals.
 * `inside` is what stands before the bracket that one is in, such as `annotations`; `open` the brackets still open.
 * @typedef {object} Situation
 * @property {Wants} wants
 * @property {string} field
 * @property {string} word
 * @property {string | null} inside
 * @property {string} open
 * @property {number | null} pathStart where the path begins that may still go on; null for none
 */

/**
 * `start` and `end` count UTF-16 units from 0; `before` is what might have come in its place.
 * @typedef {object} Token
 * @property {"name" | "string" | "number" | "date" | "comparison" | "keyword" | "sign" | "bracket" | "bad" | "unclosed"} kind
 * @property {"field" | "value" | "run" | ""} role what a name or a string is for
 * @property {number} start
 * @property {number} end
 * @property {string} text
 * @property {Situation} before
 */

// Of several that fit the first is taken, as the server takes the one of higher priority.
const PATTERNS = /** @type {[Token["kind"], RegExp][]} */ ([
  ["date", /\p{Nd}{4}-\p{Nd}\p{Nd}-\p{Nd}\p{Nd}(?:T\p{Nd}\p{Nd}:\p{Nd}\p{Nd}(?::\p{Nd}\p{Nd}(?:\.\p{Nd}+)?)?(?:Z|[+-]\p{Nd}\p{Nd}:?\p{Nd}\p{Nd})?)?(?![\p{L}\p{N}_])/uy],
  ["number", /\p{Nd}+(?:\.\p{Nd}+)?(?:[eE][+-]?\p{Nd}+)?(?![\p{L}\p{N}_])/uy],
  ["string", /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[“”„][^"“”]*["“”]/suy],
  ["unclosed", /["'“”„].*/suy],
  ["name", /[\p{L}\p{Nl}\p{No}_][\p{L}\p{N}_]*/uy],
  ["comparison", /!=|<>|<=|>=|==|=|<|>/y],
  ["sign", /[+%-]/y],
  ["bracket", /[()[\].,@]/y],
  ["bad", /[\p{L}\p{N}_]+|./suy],
]);
const SPACE = /[ \t\f\r\n]+/y;
/** @type {Partial<Record<Wants, string[]>>} */
const WORDS = {
  condition: ["NOT"],
  ...Object.fromEntries(["operator", "join", "more", "list"].map((wants) => [wants, ["AND", "OR", "NOT", "IN", "BETWEEN", "CONTAINS", "STARTS", "EXISTS", "IS"]])),
  between: ["AND"],
  with: ["WITH"],
  missing: ["NOT", "MISSING"],
  negated: ["IN", "BETWEEN", "CONTAINS", "STARTS"],
};

/**
 * @param {string} text
 * @returns {{tokens: Token[], after: Situation}} `after` is what may come at the end
 */
export function tokensOf(text) {
  const reading = new Reading();
  /** @type {Token[]} */
  const tokens = [];
  for (let at = 0; at < text.length; ) {
    SPACE.lastIndex = at;
    const space = SPACE.exec(text);
    if (space) {
      at += space[0].length;
      continue;
    }
    const token = nextToken(text, at, reading);
    tokens.push(token);
    at = token.end;
  }
  return { tokens, after: reading.situation(text.length) };
}

/**
 * @param {string} text
 * @param {number} at
 * @param {Reading} reading
 * @returns {Token}
 */
function nextToken(text, at, reading) {
  for (const [found, pattern] of PATTERNS) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (!match) continue;
    const before = reading.situation(at);
    const kind = found === "name" && WORDS[before.wants]?.includes(match[0].toUpperCase()) ? "keyword" : found;
    const role = reading.take(kind, match[0], at);
    return { kind, role, start: at, end: at + match[0].length, text: match[0], before };
  }
  throw new Error("one of the patterns takes any character");
}

/** Where in the grammar a text is, token by token. */
class Reading {
  /** @type {Wants} */
  #wants = "condition";
  #field = "";
  #word = "";
  /** `root` is what stands before the nearest [ around. @type {{bracket: string, root: string | null}[]} */
  #open = [];
  /** @type {{start: number, text: string, end: number} | null} */
  #path = null;

  /**
   * @param {number} at
   * @returns {Situation}
   */
  situation(at) {
    const goesOn = this.#path !== null && (this.#wants === "step" || this.#wants === "run" || this.#path.end === at);
    return {
      wants: this.#wants,
      field: this.#field,
      word: this.#word,
      inside: this.#open.at(-1)?.root ?? null,
      open: this.#open.at(-1)?.bracket ?? "",
      pathStart: goesOn && this.#path ? this.#path.start : null,
    };
  }

  /**
   * @param {Token["kind"]} kind
   * @param {string} text
   * @param {number} start
   * @returns {Token["role"]}
   */
  take(kind, text, start) {
    if (kind === "bracket") return this.#takeBracket(text, start);
    if (kind === "keyword") this.#takeWord(text.toUpperCase());
    else if (kind === "comparison") [this.#word, this.#wants, this.#path] = [text, "operand", null];
    else if (kind === "sign") [this.#wants, this.#path] = [this.#wants === "condition" ? "condition" : this.#isRight ? "operand" : "condition", null];
    else return this.#takeOperand(kind, text, start);
    return "";
  }

  /** Whether the comparison has its operator already. */
  get #isRight() {
    return this.#word !== "";
  }

  /**
   * @param {Token["kind"]} kind
   * @param {string} text
   * @param {number} start
   * @returns {Token["role"]}
   */
  #takeOperand(kind, text, start) {
    const { wants } = this;
    if ((wants === "step" || wants === "run") && this.#path) {
      this.#path.text += text;
      this.#path.end = start + text.length;
      this.#endOperand();
      return wants === "run" ? "run" : "field";
    }
    const mayBePath = kind === "name" && (wants === "condition" || wants === "operand");
    this.#path = mayBePath ? { start, text, end: start + text.length } : null;
    this.#endOperand();
    if (kind === "name" || kind === "string" || kind === "unclosed") return this.#isRight || kind !== "name" ? "value" : "field";
    return "";
  }

  get wants() {
    return this.#wants;
  }

  #endOperand() {
    if (!this.#isRight) {
      if (this.#path) this.#field = this.#path.text;
      this.#wants = "operator";
    } else if (this.#open.at(-1)?.bracket === "in") this.#wants = "more";
    else this.#wants = this.#word === "BETWEEN" ? "between" : "join";
  }

  /** @param {string} word */
  #takeWord(word) {
    this.#path = null;
    if (word === "AND" && this.#word === "BETWEEN" && this.#wants === "between") [this.#word, this.#wants] = ["BETWEEN AND", "operand"];
    else if (word === "AND" || word === "OR") this.#startTest();
    else if (word === "NOT") this.#wants = this.#wants === "condition" ? "condition" : this.#wants === "missing" ? "missing" : "negated";
    else if (word === "IN") [this.#word, this.#wants] = [word, "list"];
    else if (word === "BETWEEN" || word === "CONTAINS") [this.#word, this.#wants] = [word, "operand"];
    else if (word === "STARTS") [this.#word, this.#wants] = ["STARTS WITH", "with"];
    else if (word === "WITH") this.#wants = "operand";
    else if (word === "IS") [this.#word, this.#wants] = [word, "missing"];
    else [this.#word, this.#wants] = [word, "join"];
  }

  #startTest() {
    [this.#field, this.#word, this.#wants, this.#path] = ["", "", "condition", null];
  }

  /**
   * @param {string} text
   * @param {number} start
   * @returns {Token["role"]}
   */
  #takeBracket(text, start) {
    const path = this.#path;
    if (text === "." || text === "@") {
      if (path) [path.text, path.end, this.#wants] = [path.text + text, start + 1, text === "." ? "step" : "run"];
      // What has a dot is a field, also behind a comparison.
      return path ? "field" : "";
    }
    this.#path = null;
    if (text === "[") {
      this.#open.push({ bracket: "[", root: path?.text ?? "" });
      this.#startTest();
    } else if (text === "(") {
      const isList = this.#wants === "list";
      this.#open.push({ bracket: isList ? "in" : "(", root: this.#open.at(-1)?.root ?? null });
      if (isList) this.#wants = "operand";
      else if (!this.#isRight) this.#wants = "condition";
    } else if (text === ",") this.#wants = this.#open.at(-1)?.bracket === "in" ? "operand" : this.#wants;
    else this.#close();
    return "";
  }

  #close() {
    const closed = this.#open.pop();
    if (closed?.bracket === "in") this.#wants = "join";
    else {
      // What was in brackets may be a condition or a number.
      [this.#word, this.#field, this.#wants] = ["", closed?.bracket === "[" ? "[" : "", "operator"];
    }
  }
}
