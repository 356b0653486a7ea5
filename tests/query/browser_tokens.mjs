/** Reads a JSON list of queries from its input, and answers with the tokens that the browser makes of each. */

import { tokensOf } from "../../static/js/query/tokens.js";

let input = "";
for await (const chunk of process.stdin) input += chunk;
const told = JSON.parse(input).map((text) => tokensOf(text).tokens.map(({ kind, start, end }) => [kind, start, end]));
process.stdout.write(JSON.stringify(told));
