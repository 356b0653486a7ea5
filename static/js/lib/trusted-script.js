/**
 * Names the scripts that may run as workers. Pages take a worker's address from the policy "transom" only (Trusted
 * Types), and a policy of a name can be made once: here.
 */

/**
 * What lib.dom does not know yet.
 * @typedef {{createPolicy: (name: string, rules: {createScriptURL: (address: string) => string}) => {createScriptURL: (address: string) => string}}} Policies
 */

const policies = /** @type {{trustedTypes?: Policies}} */ (globalThis).trustedTypes;
const policy = policies?.createPolicy("transom", { createScriptURL: ownScript });

/**
 * The address of one of our own scripts, as `new Worker` takes it.
 * @param {URL} script beside the module that asks: `new URL("./name.js", import.meta.url)`
 */
export function trustedScript(script) {
  return policy ? policy.createScriptURL(script.href) : ownScript(script.href);
}

/**
 * @param {string} address
 * @returns {string} the same; throws for what is not served beside this module
 */
function ownScript(address) {
  const scripts = new URL("..", import.meta.url).href;
  if (!new URL(address).href.startsWith(scripts)) throw new TypeError("only our own scripts run as workers");
  return address;
}
