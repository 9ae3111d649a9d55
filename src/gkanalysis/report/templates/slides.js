(() => {
  "use strict";
  const slides = [...document.querySelectorAll(".slide")];
  const sheets = matchMedia("(min-width: 60rem) and (min-height: 30rem)");
  // the slide that fills most of the window
  const current = () => {
    const seen = slides.map((slide) => {
      const box = slide.getBoundingClientRect();
      return Math.min(box.bottom, innerHeight) - Math.max(box.top, 0);
    });
    return seen.indexOf(Math.max(...seen));
  };
  const go = (number) => {
    const slide = slides[Math.max(0, Math.min(slides.length - 1, number))];
    slide.scrollIntoView({ behavior: "instant", block: "start" });
    const head = slide.querySelector("h1, h2, h3");
    head.tabIndex = -1;
    head.focus({ preventScroll: true });
    history.replaceState(null, "", "#" + head.id);
  };
  // the window turns or changes its size: stay on the same slide
  let last = 0;
  addEventListener("scroll", () => { last = current(); }, { passive: true });
  sheets.addEventListener("change", () => slides[last].scrollIntoView({ behavior: "instant" }));
  const ahead = ["ArrowRight", "ArrowDown", "PageDown", " "], back = ["ArrowLeft", "ArrowUp", "PageUp"];
  addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
    const { key, target } = event;
    // keys that an open table or a link needs, and scrolling where a slide is longer than the window
    if (target.closest(".scroll") && target.closest(".scroll").scrollHeight > target.closest(".scroll").clientHeight + 1) return;
    if (key === " " && target.closest("a, summary, button")) return;
    if (!sheets.matches && !["ArrowLeft", "ArrowRight", "Home", "End"].includes(key)) return;
    let number;
    if (key === " " && event.shiftKey) number = current() - 1;
    else if (ahead.includes(key)) number = current() + 1;
    else if (back.includes(key)) number = current() - 1;
    else if (key === "Home") number = 0;
    else if (key === "End") number = slides.length - 1;
    else return;
    event.preventDefault();
    go(number);
  });
  // a swipe to the side, but not one that scrolls a wide table or figure
  let start = null;
  addEventListener("touchstart", (event) => {
    const wide = event.target.closest(".scroll");
    start = event.touches.length > 1 || (wide && wide.scrollWidth > wide.clientWidth + 1) ? null : event.touches[0];
  }, { passive: true });
  addEventListener("touchend", (event) => {
    if (!start) return;
    const right = event.changedTouches[0].clientX - start.clientX, down = event.changedTouches[0].clientY - start.clientY;
    start = null;
    if (Math.abs(right) > 60 && Math.abs(right) > 2 * Math.abs(down)) go(current() + (right < 0 ? 1 : -1));
  }, { passive: true });
})();
