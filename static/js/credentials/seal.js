/**
 * Seals what lies on a disk: the key comes from a text that the server writes into the pages of one person (a meta element),
 * so the disk alone does not open it, and neither does the server, which never sees what is sealed.
 */

/** @typedef {{iv: Uint8Array<ArrayBuffer>, bytes: ArrayBuffer}} Sealed */

const ALGORITHM = "AES-GCM";

export class Seal {
  #key;

  /** @param {CryptoKey} key */
  constructor(key) {
    this.#key = key;
  }

  /**
   * @param {string} half what the server writes into the person's pages
   * @returns {Promise<Seal>} rejects outside of secure contexts, which have no WebCrypto
   */
  static async of(half) {
    const base = await crypto.subtle.importKey("raw", new TextEncoder().encode(half), "HKDF", false, ["deriveKey"]);
    const how = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: new TextEncoder().encode("transom credentials") };
    return new Seal(await crypto.subtle.deriveKey(how, base, { name: ALGORITHM, length: 256 }, false, ["encrypt", "decrypt"]));
  }

  /**
   * @param {string} text
   * @param {string} name of what it is for, which opening has to name again
   * @returns {Promise<Sealed>}
   */
  async close(text, name) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    return { iv, bytes: await crypto.subtle.encrypt(how(iv, name), this.#key, new TextEncoder().encode(text)) };
  }

  /**
   * @param {Sealed} sealed
   * @param {string} name
   * @returns {Promise<string | null>} null for what another person's, or another password's, pages sealed
   */
  async open({ iv, bytes }, name) {
    try {
      return new TextDecoder().decode(await crypto.subtle.decrypt(how(iv, name), this.#key, bytes));
    } catch {
      return null;
    }
  }
}

/**
 * @param {BufferSource} iv
 * @param {string} name
 */
function how(iv, name) {
  return { name: ALGORITHM, iv, additionalData: new TextEncoder().encode(name) };
}
