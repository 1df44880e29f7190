// The plain page with the one thing added that makes it answer when GWS says so: it understands {"do":"answer"}.
import "./plain_page.js";

document.getElementById("register").addEventListener("click", () => {
  window.phone.agent.on("newRTCSession", ({ session }) => {
    session.on("newInfo", ({ originator, info }) => {
      if (originator !== "remote" || info.contentType !== "application/vnd.cordboard+json") return;
      window.phone.events.push(`words ${info.body}`);
      if (JSON.parse(info.body).do === "answer") document.getElementById("answer").click();
    });
  });
});
