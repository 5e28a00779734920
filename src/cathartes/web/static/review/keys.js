// Keys that stand in the page itself: whatever has data-key is chosen by that key.
//
// data-key="x"   a radio or checkbox is chosen, a link or button pressed, a text field entered
// data-key="f 2" two keys, one after the other
// data-cycle="r" each press chooses the next of those with this key
//
// Nothing is chosen while somebody types, by a key that is held down or pressed with Ctrl, Alt or
// Meta, nor behind a dialog; and only what is shown.

const FIRST_OF_TWO = "f";
const PATIENCE_MS = 1500;

/** Listen for the keys of a document; return what ends that. */
export function listen(root = document) {
  let first = "";
  let timer = 0;

  function onKey(event) {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Escape" && isTyping(event.target)) {
      event.target.blur();
      return;
    }
    if (event.repeat || isTyping(event.target) || root.querySelector("dialog[open]")) return;
    if (event.key === "Enter" && actsByItself(event.target)) return;
    const key = first ? `${first} ${event.key}` : event.key;
    clearTimeout(timer);
    first = !first && event.key === FIRST_OF_TWO ? event.key : "";
    if (first) timer = setTimeout(() => { first = ""; }, PATIENCE_MS);
    if (first || choose(root, key)) event.preventDefault();
  }

  root.addEventListener("keydown", onKey);
  return () => root.removeEventListener("keydown", onKey);
}

/** Choose what a key stands for; return whether there was anything. */
export function choose(root, key) {
  const one = shown(root, `[data-key="${CSS.escape(key)}"]`)[0];
  if (one) {
    act(one);
    return true;
  }
  const several = shown(root, `[data-cycle="${CSS.escape(key)}"]`);
  if (!several.length) return false;
  const now = several.findIndex((each) => each.checked);
  act(several[(now + 1) % several.length]);
  return true;
}

function act(one) {
  if (one.matches("textarea")) one.focus();
  else one.click();
}

function shown(root, selector) {
  return [...root.querySelectorAll(selector)].filter((one) => one.checkVisibility());
}

function isTyping(target) {
  return target.matches?.("textarea, select, input:not([type=radio], [type=checkbox])") ?? false;
}

/** Where Enter does something anyway: a link, a button, the head of what unfolds, a drawing's map.
 *  Not where focus rests for a moment longer on a button of a dialog that was closed. */
function actsByItself(target) {
  return (target.matches?.("a[href], button, summary, canvas") && target.checkVisibility()) ?? false;
}
