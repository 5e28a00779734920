// Two maps over each other, the upper one cut off left of a divider that pointer and keys move.

const STEP = 2;
const LEAP = 10;

/** Make the divider of two maps of the same place; return a function that takes it away. */
export function compare({ left, right, over, divider }) {
  let share = Number(divider.getAttribute("aria-valuenow"));
  const gone = new AbortController();
  const put = (value) => {
    share = Math.max(0, Math.min(100, value));
    divider.style.left = `${share}%`;
    divider.setAttribute("aria-valuenow", String(Math.round(share)));
    over.style.clipPath = `inset(0 0 0 ${share}%)`;
  };
  const follow = () => right.jumpTo({ center: left.getCenter(), zoom: left.getZoom() });
  const on = (type, act) => divider.addEventListener(type, act, { signal: gone.signal });
  on("keydown", (event) => {
    const moves = {
      ArrowLeft: share - STEP, ArrowRight: share + STEP,
      PageUp: share - LEAP, PageDown: share + LEAP, Home: 0, End: 100,
    };
    if (!(event.key in moves)) return;
    event.preventDefault();
    put(moves[event.key]);
  });
  on("pointerdown", (event) => {
    event.preventDefault();
    divider.focus();
    divider.setPointerCapture(event.pointerId);
  });
  on("pointermove", (event) => {
    if (!divider.hasPointerCapture(event.pointerId)) return;
    const frame = over.parentElement.getBoundingClientRect();
    put((100 * (event.clientX - frame.left)) / frame.width);
  });
  left.on("move", follow);
  follow();
  put(share);
  return () => {
    gone.abort();
    left.off("move", follow);
  };
}
