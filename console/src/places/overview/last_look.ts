// When this person last looked, kept in the browser: "what changed since" is asked with it. A look of the last ten minutes is the same look.
const stored_as = 'rampart.last-look';
const same_look = 10 * 60_000;

interface Looks {
  before: string | null; // the look before this one
  now: string;
}

export function next_looks(stored: Looks | null, now: number): Looks {
  const rounded = `${new Date(now).toISOString().slice(0, 19)}Z`;
  if (!stored) return { before: null, now: rounded };
  const last = Date.parse(stored.now);
  if (Number.isNaN(last) || last > now) return { before: null, now: rounded };
  return now - last < same_look ? { before: stored.before, now: rounded } : { before: stored.now, now: rounded };
}

export function last_look(): string | null {
  try {
    const looks = next_looks(JSON.parse(localStorage.getItem(stored_as) ?? 'null') as Looks | null, Date.now());
    localStorage.setItem(stored_as, JSON.stringify(looks));
    return looks.before;
  } catch {
    return null;
  }
}
