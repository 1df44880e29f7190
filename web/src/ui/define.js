// The side effect of `ui`, apart from its classes: the names of the elements.
import { AfterCall } from "./after_call.js";
import { AgentBar } from "./agent_bar.js";
import { CallCard } from "./call_card.js";
import { Calls } from "./calls.js";
import { ConnectionPanel } from "./connection_panel.js";
import { DialPad } from "./dial_pad.js";
import { JoinForm } from "./join_form.js";
import { Keypad } from "./keypad.js";
import { Lights } from "./lights.js";
import { MessageLine } from "./messages.js";
import { PicturesView } from "./pictures_view.js";
import { UserData } from "./user_data.js";

customElements.define("cordboard-keypad", Keypad);
customElements.define("cordboard-join-form", JoinForm);
customElements.define("cordboard-pictures", PicturesView);
customElements.define("cordboard-lights", Lights);
customElements.define("cordboard-after-call", AfterCall);
customElements.define("cordboard-agent-bar", AgentBar);
customElements.define("cordboard-user-data", UserData);
customElements.define("cordboard-dial-pad", DialPad);
customElements.define("cordboard-call-card", CallCard);
customElements.define("cordboard-calls", Calls);
customElements.define("cordboard-messages", MessageLine);
customElements.define("cordboard-connection-panel", ConnectionPanel);
