/**
 * Runs in a scene's page: moves about in the viewer, or in one of its naive peers, and takes the time.
 * An expression that gives `run(target, plan)`; times are in milliseconds.
 */
() => {
  /** Whoever is measured: `want` brings a frame about, and `painted` is called when it was drawn. */

  /** Our viewer, moved by the events that a hand makes. */
  function viewerTarget() {
    const viewer = document.querySelector("frame-viewer");
    const slider = viewer.querySelector(".timeline-bar__slider");
    // A made-up pointer cannot be captured; nothing else of its way differs from a real one's.
    Element.prototype.setPointerCapture = () => {};
    Element.prototype.releasePointerCapture = () => {};
    Element.prototype.hasPointerCapture = () => true;
    let scale = null;
    const at = (type, x, buttons) => {
      const box = slider.getBoundingClientRect();
      const place = { clientX: x, clientY: box.top + TRACK_PX(box), bubbles: true, cancelable: true };
      slider.dispatchEvent(new PointerEvent(type, { ...place, pointerId: 1, pointerType: "mouse", isPrimary: true, button: 0, buttons }));
    };
    const wanted = () => Number(viewer.dataset.wanted);
    /** Frames lie evenly along the timeline, with a little left free at both ends. What is wanted is read from the viewer. */
    const measured = () => {
      const box = slider.getBoundingClientRect();
      const count = Number(viewer.dataset.frameCount);
      scale = { px: (box.width - 2 * INSET_PX) / count, zero: box.left + INSET_PX };
    };
    const xOf = (index) => scale.zero + (index + 0.5) * scale.px;
    return {
      calibrate: measured,
      press: (index) => at("pointerdown", xOf(index), 1),
      move: (index) => at("pointermove", xOf(index), 1),
      release: (index) => at("pointerup", xOf(index), 0),
      key: (key) => viewer.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })),
      wanted,
      onPainted: (painted, signal) => viewer.addEventListener("frame-change", (event) => painted(event.detail.frame), { signal }),
      // A pointer's moves are taken up once for each picture of the screen, so what is wanted changes later.
      onWanted: (changed, signal) => {
        const observer = new MutationObserver(changed);
        observer.observe(viewer, { attributeFilter: ["data-wanted"] });
        signal.addEventListener("abort", () => observer.disconnect());
      },
      facts: () => ({ ...viewer.dataset }),
    };
  }

  /** What most pages do: one img, whose address is set anew for each frame. */
  function imageTarget(urls) {
    const image = standIn("img");
    image.referrerPolicy = "no-referrer";
    let index = 0;
    const want = (next) => {
      index = next;
      image.src = urls[next];
    };
    return {
      ...bySetting(want),
      wanted: () => index,
      onPainted: (painted, signal) => image.addEventListener("load", () => painted(index), { signal }),
    };
  }

  /** What the others do: a video whose time is set; the frame it shows is known by its own time. */
  async function videoTarget(url, rate_hz) {
    const video = standIn("video");
    video.muted = true;
    video.preload = "auto";
    video.src = url;
    await new Promise((resolve) => video.addEventListener("canplay", resolve, { once: true }));
    let index = 0;
    const want = (next) => {
      index = next;
      video.currentTime = (next + 0.5) / rate_hz;
    };
    const follow = (painted, signal) => {
      const each = (_now, { mediaTime }) => {
        if (signal.aborted) return;
        painted(Math.round(mediaTime * rate_hz));
        video.requestVideoFrameCallback(each);
      };
      video.requestVideoFrameCallback(each);
    };
    return { ...bySetting(want), wanted: () => index, onPainted: follow };
  }

  function standIn(tag) {
    const viewer = document.querySelector("frame-viewer");
    const element = document.createElement(tag);
    element.width = 960;
    if (viewer) viewer.replaceWith(element);
    else document.querySelector("main").prepend(element);
    return element;
  }

  const nothing = () => {};
  const bySetting = (want) => ({
    calibrate: nothing,
    onWanted: nothing,
    press: want,
    move: want,
    release: nothing,
    facts: () => ({}),
  });

  const TRACK_PX = (box) => box.height / 2;
  const INSET_PX = 16;
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

  /** Just after the screen's next picture was made, when the browser hears of the mouse for the one after it. */
  function nextDisplay() {
    const { port1, port2 } = new MessageChannel();
    return new Promise((resolve) => {
      port1.onmessage = resolve;
      requestAnimationFrame(() => port2.postMessage(null));
    });
  }

  /** Takes note of what is wanted, drawn and, when the browser has made its next picture, shown. */
  class Stopwatch {
    #target;
    #life = new AbortController();
    #asked = new Map();
    #input_ms = 0;
    #undisplayed = [];
    #waiting = null;
    drawn_ms = [];
    shown_ms = [];
    displays = 0;
    inputs = 0;
    #after = new MessageChannel();

    constructor(target) {
      this.#target = target;
      target.onPainted(this.#painted, this.#life.signal);
      target.onWanted(() => this.#ask(target.wanted()), this.#life.signal);
      // A message sent from an animation frame arrives when that frame is painted.
      this.#after.port1.onmessage = () => this.#displayed(performance.now());
      requestAnimationFrame(this.#tick);
    }

    #tick = () => {
      if (this.#life.signal.aborted) return;
      this.#after.port2.postMessage(null);
      requestAnimationFrame(this.#tick);
    };

    input(act) {
      const before = this.#target.wanted();
      this.#input_ms = performance.now();
      this.inputs += 1;
      act();
      if (this.#target.wanted() !== before) this.#ask(this.#target.wanted());
    }

    #ask(index) {
      if (!this.#isJustDrawn(index)) this.#asked.set(index, this.#input_ms);
    }

    #last = null;
    #isJustDrawn(index) {
      return this.#last?.index === index && this.#last.input_ms === this.#input_ms;
    }

    #painted = (index) => {
      const now_ms = performance.now();
      const input_ms = this.#asked.get(index) ?? (index === this.#target.wanted() ? this.#input_ms : null);
      this.#asked.delete(index);
      this.#last = { index, input_ms: this.#input_ms };
      if (input_ms !== null) this.drawn_ms.push(now_ms - input_ms);
      this.#undisplayed.push({ index, input_ms });
      if (this.#waiting?.index === index) this.#waiting.resolve();
    };

    #displayed(now_ms) {
      if (this.#undisplayed.length === 0) return;
      // Of several drawn between two pictures of the screen, the last alone was seen.
      const { input_ms } = this.#undisplayed.at(-1);
      if (input_ms !== null) this.shown_ms.push(now_ms - input_ms);
      this.#undisplayed = [];
      this.displays += 1;
    }

    /** Does something and waits until the frame that it makes wanted is drawn; false when that takes too long. */
    async until(act, limit_ms = 15_000) {
      this.input(act);
      const index = this.#target.wanted();
      if (this.#isJustDrawn(index)) return true;
      const come = new Promise((resolve) => (this.#waiting = { index, resolve }));
      const late = pause(limit_ms).then(() => false);
      return Promise.race([come.then(() => true), late]);
    }

    stop() {
      this.#life.abort();
      const { drawn_ms, shown_ms, displays, inputs } = this;
      return { drawn_ms, shown_ms, displays, inputs };
    }
  }

  /** A steady hand: one input each `every_ms`, by the screen's own beat where that is what 60 a second means. */
  async function drag(target, { indexes, every_ms }) {
    const watch = new Stopwatch(target);
    target.press(indexes[0]);
    const start_ms = performance.now();
    for (let turn = 0; turn < indexes.length; ) {
      await (every_ms < 17 ? nextDisplay() : pause(Math.max(0, start_ms + turn * every_ms - performance.now())));
      const due = Math.min(indexes.length - 1, Math.floor((performance.now() - start_ms) / every_ms + 0.01));
      turn = Math.max(turn, due);
      watch.input(() => target.move(indexes[turn]));
      turn += 1;
    }
    const took_ms = performance.now() - start_ms;
    await pause(40);
    const found = watch.stop();
    target.release(indexes.at(-1));
    return { ...found, took_ms, facts: target.facts() };
  }

  /** One at a time, each waited for, with a short rest in between, as a person who looks. */
  async function oneByOne(target, { indexes, rest_ms, key }) {
    const watch = new Stopwatch(target);
    const start_ms = performance.now();
    let missed = 0;
    for (const index of indexes) {
      const click = () => {
        target.press(index);
        target.release(index);
      };
      if (!(await watch.until(key && target.key ? () => target.key(key) : click))) missed += 1;
      await pause(rest_ms);
    }
    const took_ms = performance.now() - start_ms;
    return { ...watch.stop(), took_ms, missed, facts: target.facts() };
  }

  /** Plays for a while; `prepare` are keys pressed before. */
  async function play(target, { prepare, for_ms }) {
    for (const key of prepare) target.key(key);
    const watch = new Stopwatch(target);
    const start_ms = performance.now();
    watch.input(() => target.key(" "));
    await pause(for_ms);
    target.key("k");
    const took_ms = performance.now() - start_ms;
    return { ...watch.stop(), drawn_ms: [], shown_ms: [], took_ms, facts: target.facts() };
  }

  const WAYS = { drag, oneByOne, play };

  async function run({ peer, urls, url, rate_hz, steps }) {
    const target = peer === "img" ? imageTarget(urls) : peer === "video" ? await videoTarget(url, rate_hz) : viewerTarget();
    await target.calibrate();
    const found = [];
    for (const { way, before_ms = 300, ...plan } of steps) {
      await pause(before_ms);
      found.push(await WAYS[way](target, plan));
    }
    return found;
  }

  return { run };
};
