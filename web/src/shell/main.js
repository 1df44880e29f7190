// The shell: Workspace and the phone side by side in one page of the desk, for where nobody can put the loader into Workspace's own page.

import { embeddedPhone } from "../embed/embedded_phone.js";

const workspace = document.createElement("iframe");
workspace.className = "workspace";
workspace.title = "Workspace";
workspace.allow = "autoplay; clipboard-read; clipboard-write";
workspace.dataset.testid = "workspace";
const place = document.createElement("div");
place.className = "phone";
place.dataset.testid = "phone";
const toggle = document.createElement("button");
toggle.type = "button";
toggle.className = "toggle";
toggle.dataset.testid = "toggle";
toggle.addEventListener("click", () => collapse(!document.body.classList.contains("collapsed")));
const notify = document.createElement("button");
notify.type = "button";
notify.className = "notify";
notify.dataset.testid = "notify";
notify.textContent = "Notify me of calls";
notify.title = "Shows a notification of the browser when a call comes while you work elsewhere";
notify.addEventListener("click", () => void Notification.requestPermission().then(offer));
const tools = document.createElement("div");
tools.className = "tools";
tools.append(notify, toggle);
const side = document.createElement("div");
side.className = "side";
side.append(place, tools);
const heading = document.createElement("h1");
heading.className = "unseen";
heading.textContent = document.title;
document.body.append(heading, workspace, side);
const phone = embeddedPhone(new URL("/", location.href).href);

/** A browser that was asked once is not asked again. */
function offer() {
  notify.hidden = !("Notification" in window) || Notification.permission !== "default";
}

/** @param {boolean} collapsed */
function collapse(collapsed) {
  document.body.classList.toggle("collapsed", collapsed);
  toggle.textContent = collapsed ? "Show phone" : "Hide phone";
  toggle.setAttribute("aria-expanded", String(!collapsed));
}

async function start() {
  try {
    const reply = await fetch("/configuration");
    workspace.src = (await reply.json()).embedding.workspace;
  } catch {
    setTimeout(() => void start(), 2000);
  }
}

/** @type {Set<string>} */
const ringing = new Set();
phone.on("call", ({ id, state }) => {
  if (state === "ringing") ringing.add(id);
  else ringing.delete(id);
  if (state === "ringing") collapse(false);
  document.title = ringing.size ? "Incoming call" : "Workspace and phone";
  document.body.classList.toggle("ringing", ringing.size > 0);
});
collapse(false);
offer();
phone.open({ into: place });
void start();
