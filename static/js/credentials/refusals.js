/** Why an address cannot be asked for at all: nothing was sent to anybody. */

/** The host wants a credential, and this browser has none for it. */
export class CredentialsMissing extends Error {
  /**
   * @param {string} origin
   * @param {import("../hosts/page-hosts.js").AccessKind} access what it takes to be let in
   */
  constructor(origin, access) {
    super(`this browser has no credential for ${origin}`);
    this.name = "CredentialsMissing";
    this.origin = origin;
    this.access = access;
  }
}

/** A location in a bucket that the team has not said the place of. */
export class StorageUnresolved extends Error {
  /** @param {string} origin scheme and bucket: `s3://scans` */
  constructor(origin) {
    super(`nothing says where ${origin} is`);
    this.name = "StorageUnresolved";
    this.origin = origin;
  }
}
