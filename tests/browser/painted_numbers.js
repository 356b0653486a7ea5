/**
 * Runs in a scene's page: notes at every painted frame which number its pixels carry, and waits for frames.
 * An expression, given the strip as {blocks, row}, or null where the canvas may not be read.
 */
(strip) => {
  const viewer = document.querySelector("frame-viewer");
  const scratch = new OffscreenCanvas(strip?.blocks ?? 1, 1).getContext("2d", { willReadFrequently: true });
  const LIT = 115;
  /** What each event claimed, and what the pixels said at that moment. @type {{claimed: number, seen: number | null}[]} */
  let notes = [];

  function seen() {
    const canvas = viewer.querySelector(".frame-viewer__canvas");
    if (!strip || !canvas?.width) return null;
    // One row of the strip, each block shrunk to one pixel.
    scratch.drawImage(canvas, 0, Math.floor(canvas.height * strip.row), canvas.width, 1, 0, 0, strip.blocks, 1);
    const data = pixels();
    if (!data) return null;
    let number = 0;
    for (let block = 0; block < strip.blocks; block++) {
      const [red, green, blue] = data.subarray(block * 4, block * 4 + 3);
      number = number * 2 + (0.299 * red + 0.587 * green + 0.114 * blue > LIT ? 1 : 0);
    }
    return number;
  }

  /** The scratch's colors; null where they came from a host that lets nobody read them. */
  function pixels() {
    try {
      return scratch.getImageData(0, 0, strip.blocks, 1).data;
    } catch {
      return null;
    }
  }

  viewer.addEventListener("frame-change", (event) => notes.push({ claimed: event.detail.frame, seen: seen() }));

  /** Resolves with the number on the canvas once this frame is wanted, painted and ready. */
  function settled(index, limit_ms) {
    const is = () => viewer.dataset.frame === String(index) && viewer.dataset.wanted === String(index) && viewer.dataset.state === "ready";
    return new Promise((resolve, reject) => {
      const finish = () => {
        if (!is()) return;
        observer.disconnect();
        clearTimeout(timer);
        resolve(seen());
      };
      const observer = new MutationObserver(finish);
      observer.observe(viewer, { attributes: true });
      const timer = setTimeout(() => {
        observer.disconnect();
        const { frame, wanted, state, source } = viewer.dataset;
        reject(new Error(`frame ${index} did not come: ${JSON.stringify({ frame, wanted, state, source })}`));
      }, limit_ms);
      finish();
    });
  }

  /** Presses a key again and again, and waits for each frame: pairs of the frame meant and the number seen. */
  async function walk(key, step, times, limit_ms) {
    const pairs = [];
    for (let turn = 0; turn < times; turn++) {
      const index = Number(viewer.dataset.wanted) + step;
      viewer.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
      pairs.push([index, await settled(index, limit_ms)]);
    }
    return pairs;
  }

  /** Types places into the field, one after the other, and waits for each frame: pairs as above. */
  async function visit(places, limit_ms) {
    const field = viewer.querySelector(".transport__place");
    const pairs = [];
    for (const place of places) {
      field.focus();
      field.value = String(place);
      field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
      pairs.push([place, await settled(place, limit_ms)]);
    }
    return pairs;
  }

  function take() {
    const taken = notes;
    notes = [];
    return taken;
  }

  return { settled, walk, visit, take };
};
