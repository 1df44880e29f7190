// One Firefox page that does what it is told: a line of JSON in ({"do": ..., ...}), a line of JSON out ({"value": ...} or {"error": ...}).
// Firefox is the stock one, driven over WebDriver BiDi.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const [, , packages, profile, executablePath] = process.argv;
const puppeteer = createRequire(packages)("puppeteer-core");

const browser = await puppeteer.launch({
  browser: "firefox",
  executablePath,
  headless: true,
  userDataDir: profile,
  extraPrefsFirefox: {
    "media.navigator.streams.fake": true, // a steady tone, a moving picture
    // A permission, not a bypass: only then are loopback addresses among the candidates.
    "permissions.default.microphone": 1,
    "permissions.default.camera": 1,
    "media.cubeb.force_mock_context": true, // a machine without a loudspeaker
    "media.peerconnection.ice.loopback": true,
    "media.peerconnection.ice.obfuscate_host_addresses": false,
    "media.autoplay.default": 0,
    // Nothing leaves this machine.
    "network.proxy.type": 0,
    "app.update.enabled": false,
    "browser.safebrowsing.downloads.remote.enabled": false,
    "datareporting.healthreport.uploadEnabled": false,
    "media.gmp-manager.updateEnabled": false,
    "network.captive-portal-service.enabled": false,
    "network.connectivity-service.enabled": false,
    "services.settings.server": "data:,",
    "extensions.update.enabled": false,
  },
});
const page = await browser.newPage();
const loud = [];
page.on("pageerror", (error) => loud.push(String(error)));

const WORDS = {
  goto: async ({ url }) => void (await page.goto(url)),
  evaluate: ({ script }) => page.evaluate(script),
  click: async ({ name }) => void (await page.click(`[data-testid="${name}"]`)),
  fill: async ({ name, text }) => {
    await page.click(`[data-testid="${name}"]`, { count: 3 });
    await page.type(`[data-testid="${name}"]`, text);
  },
  screenshot: async ({ path }) => void (await page.screenshot({ path })),
  errors: async () => loud,
  version: () => browser.version(),
};

const tell = (said) => process.stdout.write(`${JSON.stringify(said)}\n`);
tell({ value: "ready" });
for await (const line of createInterface({ input: process.stdin })) {
  const { do: word, ...rest } = JSON.parse(line);
  try {
    tell({ value: (await WORDS[word](rest)) ?? null });
  } catch (error) {
    tell({ error: String(error) });
  }
}
await browser.close();
