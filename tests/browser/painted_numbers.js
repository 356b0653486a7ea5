/**
 * Runs in a scene's page: notes at every painted frame which number its pixels carry, and waits for frames.
 * An expression, given the strip as {blocks, row}, or null where the canvas may not be read; with a `ruler`
 * {width, step, first, row} in it, notes also of which frame the boxes drawn over the picture are (label_ruler.py).
 */
(strip) => {
  const viewer = document.querySelector("frame-viewer");
  const scratch = new OffscreenCanvas(strip?.blocks ?? 1, 1).getContext("2d", { willReadFrequently: true });
  const line = new OffscreenCanvas(2048, 1).getContext("2d", { willReadFrequently: true });
  const LIT = 115;
  /** What each event claimed, and what the pixels said at that moment. @type {{claimed: number, seen: number | null, labelled: number | null}[]} */
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

  /** The frame whose boxes are drawn, read off the left edge of its ruler's box; null where none is drawn. */
  function labelled() {
    const layer = viewer.querySelector(".label-layer");
    if (!strip?.ruler || !layer?.width) return null;
    const { width, step, first, row } = strip.ruler;
    const picture = viewer.querySelector(".frame-viewer__canvas").getBoundingClientRect();
    const over = layer.getBoundingClientRect();
    const scale = picture.width / width;
    const y = Math.round((picture.top + row * scale - over.top) * devicePixelRatio);
    line.clearRect(0, 0, layer.width, 1);
    line.drawImage(layer, 0, y, layer.width, 1, 0, 0, layer.width, 1);
    const data = line.getImageData(0, 0, layer.width, 1).data;
    // The stroke is light and whole, the halo beside it is neither; it is two pixels wide.
    for (let x = 0; x < layer.width; x++) {
      if (data[4 * x + 3] < 250 || data[4 * x + 1] < LIT) continue;
      const at = ((x + 1) / devicePixelRatio + over.left - picture.left) / scale;
      return Math.round((at - first) / step);
    }
    return null;
  }

  viewer.addEventListener("frame-change", (event) => notes.push({ claimed: event.detail.frame, seen: seen(), labelled: labelled() }));

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
