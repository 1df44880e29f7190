// Points in time as the reader's clock shows them.

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const DAY = new Intl.DateTimeFormat(undefined, { day: "2-digit", month: "short" });

/** The time, with the day where it is not today. @param {number} epoch seconds */
export function clock(epoch) {
  if (!epoch) return "–";
  const date = new Date(epoch * 1000);
  const today = date.toDateString() === new Date().toDateString();
  return today ? CLOCK.format(date) : `${DAY.format(date)}, ${CLOCK.format(date)}`;
}

/** With milliseconds. @param {number} epoch seconds */
export function exactly(epoch) {
  return `${clock(epoch)}.${String(Math.floor((epoch % 1) * 1000)).padStart(3, "0")}`;
}
