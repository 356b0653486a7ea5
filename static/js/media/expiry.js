/**
 * When a signed link ends, as the link itself says. Storage services write it into the query in a few documented ways;
 * an address that says nothing is not known to end. The server reads the same in webapp/privacy/expiry.py.
 */

/** Before this, or after, a number is no date of a link. */
const EARLIEST_MS = Date.UTC(2000, 0, 1);
const LATEST_MS = Date.UTC(2200, 0, 1);
const BASIC_TIME = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;
const ISO_TIME = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/;
/** Services whose links begin at a moment and last some seconds: Amazon S3 (and MinIO, R2, ...), Google, Alibaba. */
const LASTING = ["x-amz", "x-goog", "x-oss"];
/** What stands beside `Expires` when it is the end of a signature: S3 version 2, CloudFront, Google version 2, Alibaba, Bunny. */
const SIGNED_BY = ["signature", "token"];
/** Akamai's tokens, which hold `exp=1767225600` among other parts. */
const TOKENS = ["hdnts", "hdnea", "__token__"];

/**
 * When a link ends.
 * @param {string} url
 * @returns {number | null} milliseconds since 1970; null where the address says nothing of it
 */
export function expiresAt(url) {
  if (!url.includes("?") || !URL.canParse(url)) return null;
  /** @type {Map<string, string>} */
  const said = new Map();
  for (const [name, value] of new URL(url).searchParams) {
    // Of a name that stands twice no rule says which counts.
    if (said.has(name.toLowerCase())) return null;
    said.set(name.toLowerCase(), value);
  }
  for (const rule of [lasting, azure, until, policy, token]) {
    const end_ms = rule(said);
    if (end_ms !== null && end_ms > EARLIEST_MS && end_ms < LATEST_MS) return end_ms;
  }
  return null;
}

/** @typedef {ReadonlyMap<string, string>} Said the parameters of an address, names in lower case */

/** `X-Amz-Date=20260101T000000Z` and `X-Amz-Expires=900`. @param {Said} said */
function lasting(said) {
  for (const prefix of LASTING) {
    const [begins, lasts_s] = [BASIC_TIME.exec(said.get(`${prefix}-date`) ?? ""), seconds(said.get(`${prefix}-expires`))];
    if (!begins || lasts_s === null) continue;
    const [year, month, day, hour, minute, second] = begins.slice(1).map(Number);
    return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second) + lasts_s * 1000;
  }
  return null;
}

/** `se=2026-01-01T00:00:00Z`, which Azure writes to the day, the minute or the second. @param {Said} said */
function azure(said) {
  const text = said.get("se") ?? "";
  if (!said.has("sig") || !ISO_TIME.test(text)) return null;
  const isBare = text.includes("T") && !/(Z|[+-]\d\d:?\d\d)$/.test(text);
  const end_ms = Date.parse(isBare ? `${text}Z` : text);
  return Number.isNaN(end_ms) ? null : end_ms;
}

/** `Expires=1767225600` beside a signature. @param {Said} said */
function until(said) {
  const end_s = SIGNED_BY.some((name) => said.has(name)) ? seconds(said.get("expires")) : null;
  return end_s === null ? null : end_s * 1000;
}

/** CloudFront's `Policy`, whose statement holds `DateLessThan`. @param {Said} said */
function policy(said) {
  if (!said.has("signature")) return null;
  try {
    const text = (said.get("policy") ?? "").replace(/-/g, "+").replace(/_/g, "=").replace(/~/g, "/");
    const end_s = JSON.parse(atob(text)).Statement[0].Condition.DateLessThan["AWS:EpochTime"];
    return typeof end_s === "number" ? end_s * 1000 : null;
  } catch {
    return null;
  }
}

/** `hdnts=st=1~exp=1767225600~acl=/*~hmac=…`. @param {Said} said */
function token(said) {
  for (const name of TOKENS) {
    const end_s = seconds(/(?:^|~)exp=(\d+)/.exec(said.get(name) ?? "")?.[1]);
    if (end_s !== null) return end_s * 1000;
  }
  return null;
}

/** @param {string | undefined} text */
function seconds(text) {
  return text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) : null;
}

/**
 * How long a link still lasts, in words: `expires in 12 min`, `expired 3 days ago`.
 * @param {number} end_ms
 * @param {number} now_ms
 */
export function lifeInWords(end_ms, now_ms) {
  const left_s = (end_ms - now_ms) / 1000;
  return left_s > 0 ? `expires in ${span(left_s)}` : `expired ${span(-left_s)} ago`;
}

/** @param {number} time_s */
function span(time_s) {
  if (time_s < 90) return `${Math.max(1, Math.round(time_s))} s`;
  if (time_s < 90 * 60) return `${Math.round(time_s / 60)} min`;
  if (time_s < 36 * 3600) return `${Math.round(time_s / 3600)} h`;
  return `${Math.round(time_s / 86_400)} days`;
}
