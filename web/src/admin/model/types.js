/**
 * What the admin page is told, as /admin/api answers. Times are seconds of the Unix epoch, 0 for never.
 *
 * @typedef {{ name: string, ok: boolean, why: string }} Check
 * @typedef {{ version: string, now: number, started: number, ready: boolean, checks: Check[], draining: boolean, calls: number, agents: number, pages: number, registered: number, reachable: number, sip_server: string, engine: string, workers: number, load: number, shedding: boolean, ended: Record<string, number> }} Overview
 * @typedef {{ dn: string, registered: boolean, pages: number, reachable: boolean, why: string, microphone: string, calls: number }} Agent
 * @typedef {{ mos: number, loss: number, jitter: number, round_trip: number, codec: string, packets: number }} Heard
 * @typedef {{ call: string, call_uuid: string, dn: string, far: string, made_by: string, state: string, begun: number, answered: number, page_away: boolean, from_page: Heard, from_trunk: Heard }} Call
 * @typedef {{ call: string, call_uuid: string, dn: string, begun: number, ended: number, entries: number, bad: string[] }} TraceSummary
 * @typedef {{ at: number, plane: string, source: string, target: string, title: string, text: string }} Entry
 * @typedef {{ call: string, call_uuid: string, dn: string, begun: number, ended: number, entries: Entry[], bad: string[], left_out: number }} Trace
 * @typedef {{ id: string, title: string, state: string, what: string, why: string, mend: string, data: Record<string, unknown>, seconds: number }} Finding
 * @typedef {{ findings: Finding[], began: number, ended: number, trouble: string, running: boolean }} Examination
 * @typedef {{ call: string, call_uuid: string, dn: string, made_by: string, begun: number, answered: number | null, ended: number, cause: string, outcome: string, mos_from_page: number | null, mos_from_trunk: number | null, loss: number | null, jitter: number | null, setup_seconds: number | null, answer_to_audio_seconds: number | null, bad: string[] }} CallRecord
 * @typedef {{ name: string, value: string, source: string }} Setting
 */
export {};
