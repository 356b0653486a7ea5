/** The browser's databases (IndexedDB) that this site keeps one of for each person. */

/**
 * Removes those whose names begin so; pages that have one open go on without.
 * @param {string} prefix
 * @param {string} [except] what follows the prefix in the name of the one that stays
 */
export async function removeDatabases(prefix, except) {
  try {
    const known = await indexedDB.databases();
    const names = known.map(({ name }) => name ?? "").filter((name) => name.startsWith(prefix) && name !== prefix + except);
    await Promise.all(names.map((name) => settled(indexedDB.deleteDatabase(name))));
  } catch {
    // Storage is forbidden: nothing is kept.
  }
}

/**
 * @template Result
 * @param {IDBRequest<Result>} request
 * @returns {Promise<Result>}
 */
export function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
