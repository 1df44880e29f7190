/**
 * Signing in elsewhere than here: GWS's own page in a window beside this one, by SAML or at its authentication service. That page
 * brings the browser a session, or the desk a code; this page learns of it by asking the desk.
 *
 * @typedef {import("../model/agent.js").Agent} Agent
 */

const LOOK_AGAIN = 1000;
/** A window that GWS's headers part from us seems closed, too: the agent is told soon, and we look as long as a sign-in lasts. */
const TOLD_AFTER = 2;
const LOOKS_AFTER_CLOSING = 600;

/**
 * Call it from a click, or the browser opens no window.
 * @param {{ by: string, url?: string }} signIn as of the desk's configuration
 * @param {{ desk: Pick<import("../platform/desk.js").Desk, "page" | "open" | "beginSignIn">,
 *   clock: Pick<import("../platform/clock.js").Clock, "after">, open?: () => Window | null, wanted?: () => boolean, onclosed?: () => void }} parts
 *   `wanted` says whether the agent still wants it, `onclosed` hears once that the window seems closed
 * @returns {Promise<Agent | null>} null when it is not wanted any more
 */
export async function signInElsewhere(signIn, { desk, clock, open = newWindow, wanted = () => true, onclosed = () => {} }) {
  const beside = open();
  if (!beside) throw new Error("The browser did not open the window to sign in. Allow pop-ups for this page.");
  try {
    const { agent } = await desk.open();
    if (agent) return agent;
    beside.location.href = signIn.url ?? (await desk.beginSignIn());
    for (let closed = 0; closed < LOOKS_AFTER_CLOSING; closed += beside.closed ? 1 : 0) {
      if (closed === TOLD_AFTER) onclosed();
      await new Promise((done) => clock.after(LOOK_AGAIN, () => done(undefined)));
      if (!wanted()) return null;
      const found = await desk.open();
      if (found.agent) return found.agent;
      if (found.why) throw new Error(found.why);
    }
    return null;
  } finally {
    beside.close();
  }
}

function newWindow() {
  return window.open("about:blank", "_blank", "popup,width=520,height=680");
}
