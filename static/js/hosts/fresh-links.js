/**
 * Fresh links for links that have expired: where an admin named an endpoint of the customer's that gives them, this
 * browser asks it, once for a link. The server takes no part in it and never sees the answer. docs/doctor.md says what
 * such an endpoint is asked and what it answers.
 */

import { expiresAt } from "../media/expiry.js";
import { LoadQueue, LoadTimedOut } from "../media/loading.js";
import { pageHost, pageHosts } from "./page-hosts.js";

/** A page of expired pictures asks one endpoint many times. */
const PARALLEL = 4;
const TIMEOUT_S = 10;
/** A link that says nothing of its end is asked for again after this. */
const KEPT_MS = 10 * 60_000;
/** After a refusal a link, and an endpoint that does not answer at all, rest for this long. */
const REST_MS = 60_000;
/** A link that ends while it is being loaded is of no use. */
const MARGIN_MS = 5_000;
const MAX_ANSWER_CHARACTERS = 16_384;

/** @type {RequestInit} */
const REQUEST = {
  mode: "cors",
  credentials: "omit",
  referrerPolicy: "no-referrer",
  redirect: "error",
  cache: "no-store",
  headers: { Accept: "application/json" },
};

export class FreshLinkRefused extends Error {
  /**
   * @param {string} sentence names origins and no address
   * @param {boolean} isOfEndpoint whether every other link would be refused too
   */
  constructor(sentence, isOfEndpoint = false) {
    super(sentence);
    this.sentence = sentence;
    this.isOfEndpoint = isOfEndpoint;
  }
}

/**
 * @typedef {object} Boundaries
 * @property {(address: string, init: RequestInit) => Promise<Response>} fetch
 * @property {(origin: string) => {resolver: string | null}} hostOf
 * @property {() => {origin: string}[]} hosts where media of this page may be
 * @property {() => number} now_ms
 */

/** @typedef {{until_ms: number, link: Promise<string>}} Kept */

export class FreshLinks {
  #boundaries;
  /** @type {LoadQueue<string>} */
  #queue = new LoadQueue({ parallel: PARALLEL, timeout_s: TIMEOUT_S });
  /** What was answered, by the link that expired. @type {Map<string, Kept>} */
  #kept = new Map();
  /** Why links stayed as they are. @type {Map<string, string>} */
  #refusals = new Map();
  /** Endpoints that answer nobody. @type {Map<string, {until_ms: number, refusal: FreshLinkRefused}>} */
  #resting = new Map();

  /** @param {Boundaries} boundaries */
  constructor(boundaries) {
    this.#boundaries = boundaries;
  }

  /**
   * Whether a link has expired and somebody was named who gives fresh ones. Costs no request.
   * @param {string} url
   */
  isWanted(url) {
    const end_ms = expiresAt(url);
    return end_ms !== null && end_ms <= this.#boundaries.now_ms() && this.#resolverOf(url) !== null;
  }

  /**
   * The link to load instead of one that has expired; the link itself where it has not, or no fresh one was given.
   * @param {string} url
   * @param {{referenceId?: string | undefined}} [about] told to the endpoint where it is known
   * @returns {Promise<string>} never rejects: `refusalOf` says why there is none
   */
  async freshened(url, { referenceId } = {}) {
    if (!this.isWanted(url)) return url;
    const kept = this.#kept.get(url);
    const isGood = kept !== undefined && kept.until_ms > this.#boundaries.now_ms();
    const { link } = isGood ? kept : this.#ask(url, referenceId);
    try {
      return await link;
    } catch {
      return url;
    }
  }

  /**
   * Why no fresh link came for this one, in a sentence; null where none was asked for or one came.
   * @param {string} url
   */
  refusalOf(url) {
    return this.#refusals.get(url) ?? null;
  }

  /**
   * @param {string} url
   * @param {string | undefined} referenceId
   * @returns {Kept}
   */
  #ask(url, referenceId) {
    const resolver = /** @type {string} */ (this.#resolverOf(url));
    const link = this.#queue.request(async (signal) => {
      try {
        return await this.#fetch(resolver, url, referenceId, signal);
      } catch (reason) {
        // Before the next one begins: it need not ask an endpoint that answers nobody.
        throw this.#refused(resolver, url, signal.aborted ? signal.reason : reason);
      }
    });
    /** @type {Kept} */
    const kept = { until_ms: Infinity, link };
    this.#kept.set(url, kept);
    link.then(
      (fresh) => {
        kept.until_ms = (expiresAt(fresh) ?? this.#boundaries.now_ms() + KEPT_MS) - MARGIN_MS;
        this.#refusals.delete(url);
      },
      (reason) => {
        kept.until_ms = this.#boundaries.now_ms() + REST_MS;
        this.#refusals.set(url, this.#refused(resolver, url, reason).sentence);
      },
    );
    return kept;
  }

  /**
   * @param {string} resolver
   * @param {string} url
   * @param {string | undefined} referenceId
   * @param {AbortSignal} signal
   */
  async #fetch(resolver, url, referenceId, signal) {
    const resting = this.#resting.get(resolver);
    if (resting && resting.until_ms > this.#boundaries.now_ms()) throw resting.refusal;
    const question = questionOf(resolver, url, referenceId);
    const plain = await this.#boundaries.fetch(question, { ...REQUEST, signal });
    // Who wants to know who asks is told by the sign-in that this person has there.
    const response = plain.status === 401 ? await this.#boundaries.fetch(question, { ...REQUEST, credentials: "include", signal }) : plain;
    const says = words(resolver, url);
    if (!response.ok) throw new FreshLinkRefused(says(`answered ${response.status}`), [401, 403, 429].includes(response.status) || response.status >= 500);
    const text = await response.text();
    const fresh = text.length > MAX_ANSWER_CHARACTERS ? null : linkIn(text);
    if (fresh === null) throw new FreshLinkRefused(says('answered something other than {"url": "https://…"}'));
    return this.#checked(fresh, url);
  }

  /**
   * @param {URL} fresh
   * @param {string} url the link that expired
   */
  #checked(fresh, url) {
    const says = words(/** @type {string} */ (this.#resolverOf(url)), url);
    const { origin } = fresh;
    const isDeclared = origin === new URL(url).origin || this.#boundaries.hosts().some((host) => host.origin === origin);
    if (!isDeclared) throw new FreshLinkRefused(says(`gave a link to ${origin}, which is not among this dataset's media origins`));
    const end_ms = expiresAt(fresh.href);
    if (end_ms !== null && end_ms <= this.#boundaries.now_ms() + MARGIN_MS) throw new FreshLinkRefused(says("gave a link that has expired too"));
    return fresh.href;
  }

  /**
   * @param {string} resolver
   * @param {string} url
   * @param {unknown} reason
   */
  #refused(resolver, url, reason) {
    const says = words(resolver, url);
    const unanswered = reason instanceof LoadTimedOut ? `did not answer within ${TIMEOUT_S} seconds` : UNREADABLE;
    const refusal = reason instanceof FreshLinkRefused ? reason : new FreshLinkRefused(says(unanswered), true);
    const resting = this.#resting.get(resolver);
    const isNew = resting === undefined || resting.until_ms <= this.#boundaries.now_ms();
    if (refusal.isOfEndpoint && isNew) this.#resting.set(resolver, { until_ms: this.#boundaries.now_ms() + REST_MS, refusal });
    return refusal;
  }

  /** @param {string} url */
  #resolverOf(url) {
    return URL.canParse(url) ? this.#boundaries.hostOf(new URL(url).origin).resolver : null;
  }
}

const UNREADABLE = "could not be reached, or does not let this site read its answers (CORS)";

/**
 * What the endpoint is asked: the address without its query, for a signature is nobody's business, and the reference id.
 * @param {string} resolver
 * @param {string} url
 * @param {string | undefined} referenceId
 */
function questionOf(resolver, url, referenceId) {
  const question = new URL(resolver);
  const plain = new URL(url);
  question.searchParams.set("url", plain.origin + plain.pathname);
  if (referenceId !== undefined) question.searchParams.set("reference_id", referenceId);
  return question.href;
}

/**
 * @param {string} text
 * @returns {URL | null}
 */
function linkIn(text) {
  try {
    const { url } = JSON.parse(text);
    const link = new URL(url);
    return ["http:", "https:"].includes(link.protocol) && !link.username && !link.password ? link : null;
  } catch {
    return null;
  }
}

/**
 * @param {string} resolver
 * @param {string} url
 */
function words(resolver, url) {
  return (/** @type {string} */ what) => `${new URL(resolver).origin}, which gives fresh links for ${new URL(url).origin}, ${what}.`;
}

/** The page's own. */
const links = new FreshLinks({
  fetch: (address, init) => fetch(address, init),
  hostOf: pageHost,
  hosts: () => pageHosts().hosts,
  now_ms: Date.now,
});

/** Whether a link has expired and somebody was named who gives fresh ones. @param {string} url */
export const wantsFreshLink = (url) => links.isWanted(url);

/**
 * The link to load instead of one that has expired; the link itself in every other case.
 * @param {string} url
 * @param {{referenceId?: string | undefined}} [about]
 */
export const freshened = (url, about) => links.freshened(url, about);

/** Why no fresh link came for this one, in a sentence; null where none was asked for or one came. @param {string} url */
export const freshLinkRefusal = (url) => links.refusalOf(url);
