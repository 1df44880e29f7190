/**
 * Types of the phone in a page of yours: of `window.cordboardPhone`, which the loader makes, and of the messages between a page
 * and the phone's frame, for who wants to do without the loader. Described in docs/embedding.md.
 */

/** What can be asked of the phone. `call` names a call by `id` or `uuid`; it may be left out where there is no choice. */
export interface Requests {
  dial: { with: { number: string }; result: { call: string } };
  answer: { with: { call?: string }; result: { call: string } };
  hold: { with: { call?: string }; result: { call: string } };
  retrieve: { with: { call?: string }; result: { call: string } };
  hangUp: { with: { call?: string }; result: { call: string } };
  mute: { with: { muted?: boolean; call?: string }; result: { call: string } };
  digits: { with: { digits: string; call?: string }; result: { call: string } };
  state: { with: Record<string, never>; result: State };
  /** As if its key was pressed in the phone: the phone decides which call is meant. */
  shortcut: { with: { action: ShortcutAction }; result: { call: string } };
}
export type ShortcutAction = "answer" | "hang-up" | "mute" | "hold";
export type RequestName = keyof Requests;

/** What the phone tells by itself, to pages that have asked something of it before; `ready` to every one. */
export interface Events {
  ready: { version: number };
  call: Call;
  state: AgentState;
  lights: Lights;
}
export type EventName = keyof Events;

/** `off`, `connecting`, `on` or `failed`: the connection to SIP Server and to GWS. */
export interface Lights {
  sip: string;
  gws: string;
}

export interface AgentState {
  agent: { name: string; dn: string; state: string } | null;
  microphone: string;
}

export type CallState = "ringing" | "dialing" | "connecting" | "talking" | "holding" | "retrieving" | "held" | "ending" | "ended";

export interface Call {
  id: string;
  /** X-Genesys-CallUUID, which is the call's id at GWS; empty while unknown. */
  uuid: string;
  state: CallState;
  direction: "in" | "out";
  number: string;
  name: string;
  muted: boolean;
  /** Attached data, as the agent sees it. */
  data: Record<string, string>;
  /** What can be asked for now. */
  can: RequestName[];
}

export interface State extends AgentState {
  version: number;
  lights: Lights;
  calls: Call[];
  /** The phone's keys, as `[desk] shortcuts` says: `F2`, `Ctrl+Alt+H`. */
  shortcuts: Partial<Record<ShortcutAction, string>>;
}

/** Why something was not done: a word for programs, a sentence for people. */
export interface Refusal {
  code: "unknown-request" | "bad-request" | "not-a-number" | "not-connected" | "no-call" | "which-call" | "not-now" | "too-many" | "no-answer";
  text: string;
}

/** Page to phone. */
export interface RequestMessage<Name extends RequestName = RequestName> {
  cordboard: 1;
  id: string | number;
  call: Name;
  with?: Requests[Name]["with"];
}

/** Phone to page. */
export type ReplyMessage = { cordboard: 1; id: string | number; result: unknown } | { cordboard: 1; id: string | number; error: Refusal };
export type EventMessage = { [Name in EventName]: { cordboard: 1; event: Name; data: Events[Name] } }[EventName];

export type Side = "right" | "left" | "bottom-right" | "bottom-left";

/** What the loader's script tag, `cordboardPhone.open` or `widgets.register` says of the panel. */
export interface PanelOptions {
  side?: Side;
  width?: number;
  height?: number;
  collapsed?: boolean;
  /** An element that the phone fills, instead of a panel of its own. */
  into?: Element | null;
  sandbox?: boolean;
  /** The page makes room at its side, instead of lying under the panel. */
  push?: boolean;
  title?: string;
  /** The phone's keys are heard in this page, too. */
  shortcuts?: boolean;
}

/** `window.cordboardPhone`. What was refused rejects with an `Error` that has `code`. */
export interface CordboardPhone {
  /** The phone's address. */
  readonly url: string;
  /** Resolves with the first state, as soon as the phone answers this page. */
  readonly ready: Promise<State>;
  /** The iframe, null while there is none. */
  readonly frame: HTMLIFrameElement | null;
  open(options?: PanelOptions): void;
  collapse(collapsed?: boolean): void;
  remove(): void;
  state(): Promise<State>;
  dial(number: string): Promise<{ call: string }>;
  answer(call?: string): Promise<{ call: string }>;
  hold(call?: string): Promise<{ call: string }>;
  retrieve(call?: string): Promise<{ call: string }>;
  hangUp(call?: string): Promise<{ call: string }>;
  mute(muted?: boolean, call?: string): Promise<{ call: string }>;
  digits(digits: string, call?: string): Promise<{ call: string }>;
  /** Hear an event; returns what ends that. */
  on<Name extends EventName>(event: Name, listener: (data: Events[Name]) => void): () => void;
  /** The extension of Genesys Widgets: `_genesys.widgets.extensions.Cordboard = cordboardPhone.extension`. */
  readonly extension: (jquery: unknown, bus: unknown, common?: unknown) => void;
}

declare global {
  interface Window {
    cordboardPhone?: CordboardPhone;
  }
}
