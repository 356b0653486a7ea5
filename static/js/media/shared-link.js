/** Our links to shared bytes, at an origin of their own: whom and what they are for, when they end, and a signature. */
export const SHARED_LINK = /^(\/shared\/[\w-]+):\d{10}:[\w-]{43}$/;

/**
 * Whether it is such a link; the host is not asked, because no page is told which it is.
 * @param {URL} address
 */
export function isSharedLink(address) {
  return SHARED_LINK.test(address.pathname);
}
