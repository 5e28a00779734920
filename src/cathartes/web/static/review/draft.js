// A review that is not kept yet, as it is typed: still there when the page is loaded again.
//
// It lies in the tab's own storage, by visitor, detection and what was looked at; it goes when the
// review is sent, with the tab, or with the next visitor of it.

const OTHERS = ["csrf", "queue", "seen_sha256"];
const PREFIX = "draft ";

/** Keep what is typed in a form, and put back what was typed before; return whether any was. */
export function keepDraft(form) {
  const visitor = document.querySelector('a[href="/account"]')?.textContent ?? "";
  const name = `${PREFIX}${visitor} ${form.action} ${form.elements.seen_sha256.value}`;
  forgetAllBut(`${PREFIX}${visitor} `);
  const isBack = document.getElementById("review-problem") === null && put(form, sessionStorage.getItem(name));
  const keep = () => {
    const typed = [...new FormData(form)].filter(([field, value]) => value && !OTHERS.includes(field));
    if (typed.length > 0) sessionStorage.setItem(name, JSON.stringify(typed));
    else sessionStorage.removeItem(name);
  };
  form.addEventListener("input", keep);
  document.addEventListener("drawing", () => queueMicrotask(keep)); // once the form has it
  form.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) sessionStorage.removeItem(name);
  });
  return isBack;
}

function forgetAllBut(beginning) {
  for (const name of Object.keys(sessionStorage)) {
    if (name.startsWith(PREFIX) && !name.startsWith(beginning)) sessionStorage.removeItem(name);
  }
}

function put(form, kept) {
  if (kept === null) return false;
  for (const [field, value] of JSON.parse(kept)) {
    const all = [...form.querySelectorAll(`[name="${CSS.escape(field)}"]`)];
    const chosen = all.find((one) => one.matches("[type=radio], [type=checkbox]") && one.value === value);
    if (chosen) chosen.checked = true;
    else if (all.length === 1) all[0].value = value;
  }
  return true;
}
