// Fetches the middle of the page again while it is open, and says when the control plane is away.
"use strict";

const EVERY = 1000;
const main = document.getElementById("main");
const live = document.getElementById("live");

async function refresh() {
  try {
    const answer = await fetch("/page/body", { credentials: "same-origin", cache: "no-store" });
    if (!answer.ok) {
      throw new Error(answer.status === 401 ? "sign in again" : "trouble");
    }
    const body = await answer.text();
    const open = [...main.querySelectorAll("details")].map((d) => d.open);
    if (body !== main.dataset.shown) {
      main.dataset.shown = body;
      // The server escaped everything that is not its own, and the page's policy runs no script.
      main.innerHTML = body;
      main.querySelectorAll("details").forEach((d, i) => { d.open = open[i] === true; });
    }
    live.textContent = "live";
    live.className = "live";
  } catch (away) {
    live.textContent = away.message === "sign in again" ? "sign in again" : "control plane away";
    live.className = "live away";
  }
  setTimeout(refresh, document.hidden ? 5 * EVERY : EVERY);
}

setTimeout(refresh, EVERY);
