/** Which causes so many pictures have in common that they are worth a word of their own. */

/** @typedef {import("../media/verdicts.js").Diagnosis} Diagnosis */

/** Fewer say it well enough each in its cell. */
const MANY = 5;
/** More than these would hide what they are about. */
const MOST = 2;

/**
 * The causes that many pictures share, the commonest first.
 * @param {Diagnosis[]} diagnoses one for each picture that is not there
 * @returns {{count: number, diagnosis: Diagnosis}[]}
 */
export function many(diagnoses) {
  /** @type {Map<string, {count: number, diagnosis: Diagnosis}>} */
  const causes = new Map();
  for (const diagnosis of diagnoses) {
    const key = `${diagnosis.kind} ${diagnosis.origin}`;
    const cause = causes.get(key) ?? { count: 0, diagnosis };
    cause.count += 1;
    causes.set(key, cause);
  }
  const shared = [...causes.values()].filter(({ count }) => count >= MANY);
  return shared.sort((one, other) => other.count - one.count).slice(0, MOST);
}
