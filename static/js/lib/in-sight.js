/** Work for elements as they come into sight: those in sight first, then those near it, and few at once. */

/** What lies this near below or above is next. */
const NEAR = "600px 0px";

export class InSight {
  #limit;
  /** @type {Map<Element, () => Promise<void>>} */
  #waiting = new Map();
  /** @type {Set<Element>} */
  #near = new Set();
  /** @type {Set<Element>} */
  #seen = new Set();
  #running = 0;
  #observers;

  /** @param {number} limit how many run at once */
  constructor(limit) {
    this.#limit = limit;
    this.#observers = [
      new IntersectionObserver((entries) => this.#note(this.#near, entries), { rootMargin: NEAR }),
      new IntersectionObserver((entries) => this.#note(this.#seen, entries)),
    ];
  }

  /**
   * @param {Element} element
   * @param {() => Promise<void>} work never rejects; runs once
   */
  add(element, work) {
    this.#waiting.set(element, work);
    for (const observer of this.#observers) observer.observe(element);
    this.#go();
  }

  /** @param {Element} element */
  remove(element) {
    this.#waiting.delete(element);
    this.#near.delete(element);
    this.#seen.delete(element);
    for (const observer of this.#observers) observer.unobserve(element);
  }

  /**
   * @param {Set<Element>} known
   * @param {IntersectionObserverEntry[]} entries
   */
  #note(known, entries) {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) known.add(target);
      else known.delete(target);
    }
    this.#go();
  }

  #go() {
    while (this.#running < this.#limit) {
      const next = this.#next();
      if (!next) return;
      const work = /** @type {() => Promise<void>} */ (this.#waiting.get(next));
      this.remove(next);
      this.#running += 1;
      void work().finally(() => {
        this.#running -= 1;
        this.#go();
      });
    }
  }

  #next() {
    const waiting = [...this.#waiting.keys()];
    return waiting.find((one) => this.#seen.has(one)) ?? waiting.find((one) => this.#near.has(one));
  }
}
