/** Makes elements without markup text, which Trusted Types forbid. */

/**
 * Makes an element.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number | boolean>} [attributes] true writes an empty attribute, false none
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false) element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children);
  return element;
}

/**
 * The part of an element that has a class, made and appended where the server did not render it.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Element} owner
 * @param {Tag} tag
 * @param {string} name the class
 * @param {Record<string, string | number | boolean>} [attributes]
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function part(owner, tag, name, attributes = {}) {
  const found = /** @type {HTMLElementTagNameMap[Tag] | null} */ (owner.querySelector(`.${name}`));
  if (found) return found;
  const made = make(tag, { class: name, ...attributes });
  owner.append(made);
  return made;
}
