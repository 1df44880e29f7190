// Click to dial, and a customer's card that comes up with the call. The loader's tag stands before this one's, so the phone is there.

const phone = /** @type {import("../../web/src/embed/cordboard").CordboardPhone} */ (window.cordboardPhone);

/** @param {string} id @returns {HTMLElement} */
const by = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** @param {string} text */
function say(text) {
  by("said").textContent = text;
}

/** @param {Promise<unknown>} asked */
function orSay(asked) {
  asked.catch((error) => say(error.message));
}

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a[href^='tel:']") : null;
  if (!link) return;
  event.preventDefault();
  orSay(phone.dial(String(link.getAttribute("href")).slice("tel:".length)));
});

/** The call whose card is shown. */
let shown = "";
by("answer").addEventListener("click", () => orSay(phone.answer(shown)));
by("hangUp").addEventListener("click", () => orSay(phone.hangUp(shown)));

/** @param {import("../../web/src/embed/cordboard").Call} call */
function show({ id, state, number, name, data, can }) {
  say(`${state}: ${number}`);
  if (state === "ended" && id === shown) shown = "";
  else if (state !== "ended") shown = id;
  by("pop").hidden = shown === "";
  const known = document.querySelector(`[data-number="${CSS.escape(number)}"] td`)?.textContent;
  by("who").textContent = known ?? (name || number || "Unknown number");
  by("data").replaceChildren(...Object.entries(data).flatMap(([key, value]) => [text("dt", key), text("dd", value)]));
  for (const request of /** @type {const} */ (["answer", "hangUp"])) by(request).toggleAttribute("disabled", !can.includes(request));
}

/** What customers and peers send goes in as text, never as markup. @param {string} tag @param {string} content */
function text(tag, content) {
  const element = document.createElement(tag);
  element.textContent = content;
  return element;
}

phone.on("call", show);
phone.on("lights", ({ sip }) => say(sip === "on" ? "The phone is connected." : "The phone is not connected."));
const { lights, calls } = await phone.ready;
say(lights.sip === "on" ? "The phone is connected." : "The phone is not connected.");
calls.forEach(show);

export {};
