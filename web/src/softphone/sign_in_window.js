/**
 * Signing in elsewhere than here: GWS's own page in a window beside this one, by SAML or at its authentication service. That page
 * brings the browser a session, or the desk a code; this page learns of it by asking the desk.
 *
 * @typedef {import("../model/agent.js").Agent} Agent
 */

const LOOK_AGAIN = 1000;
/** A window that GWS's headers part from us seems closed, so we look a while longer. */
const LOOKS_AFTER_CLOSING = 30;

/**
 * Call it from a click, or the browser opens no window.
 * @param {{ by: string, url?: string }} signIn as of the desk's configuration
 * @param {{ desk: Pick<import("../platform/desk.js").Desk, "page" | "open" | "beginSignIn">,
 *   clock: Pick<import("../platform/clock.js").Clock, "after">, open?: () => Window | null }} parts
 * @returns {Promise<Agent>}
 */
export async function signInElsewhere(signIn, { desk, clock, open = newWindow }) {
  const beside = open();
  if (!beside) throw new Error("The browser did not open the window to sign in. Allow pop-ups for this page.");
  try {
    const { agent } = await desk.open();
    if (agent) return agent;
    beside.location.href = signIn.url ?? (await desk.beginSignIn());
    for (let looks = LOOKS_AFTER_CLOSING; looks > 0; looks -= beside.closed ? 1 : 0) {
      await new Promise((done) => clock.after(LOOK_AGAIN, () => done(undefined)));
      const found = await desk.open();
      if (found.agent) return found.agent;
      if (found.why) throw new Error(found.why);
    }
    throw new Error("The window was closed before anybody had signed in.");
  } finally {
    beside.close();
  }
}

function newWindow() {
  return window.open("about:blank", "cordboard-sign-in", "popup,width=520,height=680");
}
