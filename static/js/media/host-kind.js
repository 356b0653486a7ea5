/**
 * What kind of place a host name stands for, told from its spelling alone.
 * Browsers treat these places differently under mixed-content and local-network rules.
 */

/** @typedef {"loopback" | "private-address" | "local-name" | "public-address" | "name"} HostKind */

const PRIVATE_IPV4 = /^(10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.)/;
const IPV4 = /^\d+\.\d+\.\d+\.\d+$/;
// fc00::/7 is unique local, fe80::/10 is link local.
const PRIVATE_IPV6 = /^\[f(c|d|e[89ab])/;

/**
 * Says what kind of place a host is.
 * @param {string} hostname as `URL.hostname` spells it: lower case, IPv6 in brackets
 * @returns {HostKind}
 */
export function hostKind(hostname) {
  if (hostname === "localhost" || hostname.endsWith(".localhost") || hostname === "[::1]") return "loopback";
  if (IPV4.test(hostname)) {
    if (hostname.startsWith("127.")) return "loopback";
    return PRIVATE_IPV4.test(hostname) ? "private-address" : "public-address";
  }
  if (hostname.startsWith("[")) return PRIVATE_IPV6.test(hostname) ? "private-address" : "public-address";
  return hostname.endsWith(".local") ? "local-name" : "name";
}
