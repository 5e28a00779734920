// How far the audit's chain was checked, while it is being checked.

import { _ } from "/static/texts.js";

const PAUSE_MS = 700;
const chain = document.getElementById("chain");
const bar = document.getElementById("chain-progress");

/** Show how far the check is, as /api/v1/audit/chain tells it. */
function show(state) {
  chain.dataset.running = state.is_running ? "yes" : "no";
  bar.hidden = !state.is_running;
  bar.max = state.head_number;
  bar.value = state.checked_number;
  const numbers = { checked: state.checked_number, all: state.head_number };
  document.getElementById("chain-head").textContent = `${state.head_number}:${state.head_hash}`;
  const line = document.getElementById("chain-state");
  line.classList.toggle("alert", state.faults.length > 0);
  if (state.faults.length > 0) {
    line.textContent = _("The chain is broken. Keep the casebook as it is, and run “cathartes audit verify”.");
  } else if (state.is_running) {
    line.textContent = _("Being checked: entry {checked} of {all}.", numbers);
  } else {
    line.textContent = _("Checked up to entry {checked} of {all}: nothing was changed, left out or added.", numbers);
  }
  document.getElementById("chain-faults").replaceChildren(...state.faults.map((fault) => {
    const item = document.createElement("li");
    item.textContent = fault;
    return item;
  }));
}

/** Ask again and again until it is done. */
async function follow() {
  const answer = await fetch("/api/v1/audit/chain");
  if (!answer.ok) return;
  const state = await answer.json();
  show(state);
  if (state.is_running) setTimeout(follow, PAUSE_MS);
}

if (chain.dataset.running === "yes") follow();
