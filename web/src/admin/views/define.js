// The names of the elements.
import { Agents } from "./agents.js";
import { Calls } from "./calls.js";
import { Doctor } from "./doctor.js";
import { Ladder } from "./ladder.js";
import { Overview } from "./overview.js";
import { Records } from "./records.js";
import { Rows } from "./rows.js";
import { Settings } from "./settings.js";
import { SignIn } from "./sign_in.js";
import { Traces } from "./traces.js";

customElements.define("admin-rows", Rows);
customElements.define("admin-sign-in", SignIn);
customElements.define("admin-overview", Overview);
customElements.define("admin-agents", Agents);
customElements.define("admin-calls", Calls);
customElements.define("admin-traces", Traces);
customElements.define("admin-ladder", Ladder);
customElements.define("admin-doctor", Doctor);
customElements.define("admin-records", Records);
customElements.define("admin-settings", Settings);
