// Reads one JSON string per line and answers how this Node's URL reads it, or null when it refuses.
import { createInterface } from "node:readline";

for await (const line of createInterface({ input: process.stdin })) {
  let answer = null;
  try {
    const { href, protocol, hostname, port } = new URL(JSON.parse(line));
    answer = { href, scheme: protocol.slice(0, -1), host: hostname, port };
  } catch {}
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
