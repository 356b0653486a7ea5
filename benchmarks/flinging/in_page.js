/**
 * Runs in a page: scrolls a stretch of it like a thrown sheet, fast at first and ever slower, and takes the time between
 * pictures of the screen. Notes now and then which picture each ready cell shows.
 */
async ({ from, to, seconds, noteEvery_ms }) => {
  const height_px = document.documentElement.scrollHeight - innerHeight;
  const gaps_ms = [];
  const shown = new Map();
  let mostCells = 0;
  let noted_ms = 0;
  const note = () => {
    const cells = document.querySelectorAll("media-grid [data-item-id][data-state=ready]");
    for (const cell of cells) shown.set(`${cell.dataset.itemId} ${cell.querySelector("img")?.src}`, true);
    mostCells = Math.max(mostCells, document.querySelectorAll("media-grid > *").length);
  };
  await new Promise((resolve) => {
    const started_ms = performance.now();
    let before_ms = started_ms;
    const step = (now_ms) => {
      gaps_ms.push(now_ms - before_ms);
      before_ms = now_ms;
      const passed = Math.min(1, (now_ms - started_ms) / 1000 / seconds);
      const eased = 1 - (1 - passed) ** 2;
      scrollTo({ top: (from + (to - from) * eased) * height_px, behavior: "instant" });
      if (now_ms - noted_ms > noteEvery_ms) {
        noted_ms = now_ms;
        note();
      }
      if (passed < 1) requestAnimationFrame(step);
      else resolve();
    };
    requestAnimationFrame(step);
  });
  return { gaps_ms: gaps_ms.slice(1), shown: [...shown.keys()], mostCells };
}
