// Domains as many as wanted: the first are the audited examples, the rest are made of their number, the same each time.
import { readFileSync } from 'node:fs';

const audits = JSON.parse(readFileSync(new URL('./data/audits.json', import.meta.url), 'utf8'));
export const audit_of = (name) => audits.find((each) => each.domain === name) ?? { ...audits[0], domain: name };

const now = Date.now();
export const time = (seconds_ago) => new Date(now - seconds_ago * 1000).toISOString().replace(/\.\d+Z/, 'Z');

export const organisations = [
  ['o1', 'Ministry of Water', 'government'],
  ['o2', 'State Bank', 'finance'],
  ['o3', 'Rawal Hospital Trust', 'health'],
  ['o4', 'National University', 'education'],
  ['o5', 'وزارتِ ڈاک', 'government'],
].map(([id, name, sector]) => ({ id, name, sector }));

function random(seed) {
  let x = (seed * 2654435761) >>> 0;
  return () => {
    x = (x + 0x6d2b79f5) >>> 0;
    let t = Math.imul(x ^ (x >>> 15), 1 | x);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const words = [
  'water',
  'power',
  'post',
  'tax',
  'port',
  'rail',
  'court',
  'school',
  'clinic',
  'college',
  'farm',
  'city',
  'roads',
  'press',
  'pension',
  'census',
];
const states = [
  ['spoofable', ['F', 'D-'], 'anyone can send as it; most receivers would deliver it', 'none'],
  ['partly-protected', ['C', 'B', 'D'], 'its subdomains can be forged', 'quarantine'],
  ['protected', ['A', 'A-', 'A+'], 'receivers refuse mail that is forged in its name', 'reject'],
  ['unknown', ['?'], 'DNS did not answer: SERVFAIL from 3 of 3 servers', 'unknown'],
];

const steps = {
  spoofable: { code: 'dmarc-missing', text: 'Publish a DMARC record that only watches' },
  'partly-protected': { code: 'dmarc-no-sp', text: 'Close the subdomains with sp=reject' },
  unknown: null,
};

function row_of(i) {
  const audited = audits[i];
  const dice = random(i + 1);
  const roll = dice();
  const state = states[roll < 0.32 ? 0 : roll < 0.5 ? 1 : roll < 0.95 ? 2 : 3];
  const name =
    audited?.domain ??
    (i === 9
      ? `${'a-very-long-label-that-somebody-registered-for-a-bet.'.repeat(3)}${'x'.repeat(30)}.example`
      : `${words[i % words.length]}-${String(Math.floor(i / words.length)).padStart(4, '0')}.gov.example`);
  const status = audited?.status ?? state[0];
  const organisation = organisations[i % organisations.length];
  const watched = status !== 'unknown' || i % 2 === 0;
  return {
    domain: name,
    unicode: audited?.unicode ?? null,
    organisation: i % 7 === 6 ? null : { id: organisation.id, name: organisation.name },
    sends: i % 5 === 0 ? null : i % 3 !== 0,
    watched,
    status,
    grade: status === 'unknown' && i % 2 ? null : (audited?.grade ?? state[1][Math.floor(dice() * state[1].length)]),
    worst: { spoofable: 'critical', 'partly-protected': 'high', protected: dice() < 0.5 ? 'low' : null, unknown: null }[status],
    open_findings: status === 'protected' ? Math.floor(dice() * 3) : status === 'unknown' ? 0 : 2 + Math.floor(dice() * 6),
    next_step: steps[status] ?? null,
    policy: audited?.effective_policy?.domain?.policy ?? state[3],
    last_audit: status === 'unknown' && i % 2 ? null : time(600 + (i % 4000) * 97),
    last_tried: time(600 + (i % 4000) * 97),
    why: status === 'unknown' ? 'DNS did not answer: SERVFAIL from 3 of 3 servers' : null,
  };
}

export function make_domains(count) {
  const rows = Array.from({ length: count }, (_, i) => row_of(i));
  rows.sort((a, b) => (a.domain < b.domain ? -1 : 1));
  return rows;
}

const order = ['F', 'D-', 'D', 'D+', 'C-', 'C', 'C+', 'B-', 'B', 'B+', 'A-', 'A', 'A+', '?'];
const orders = {
  name: (row) => row.domain,
  grade: (row) => order.indexOf(row.grade),
  last_audit: (row) => row.last_audit ?? '',
  open_findings: (row) => row.open_findings,
  status: (row) => row.status,
};

export function list_domains(rows, query) {
  let found = rows;
  const text = query.get('text')?.toLowerCase();
  if (text) found = found.filter((row) => row.domain.includes(text) || row.organisation?.name.toLowerCase().includes(text));
  const statuses = query.getAll('status');
  if (statuses.length) found = found.filter((row) => statuses.includes(row.status));
  const grades = query.getAll('grade');
  if (grades.length) found = found.filter((row) => grades.includes(row.grade));
  if (query.get('organisation')) found = found.filter((row) => row.organisation?.id === query.get('organisation'));
  if (query.get('finding')) found = found.filter((row) => row.next_step?.code === query.get('finding'));
  const sends = query.get('sends');
  if (sends) found = found.filter((row) => row.sends === { yes: true, no: false, unsaid: null }[sends]);
  const sort = query.get('sort') ?? 'name';
  const key = orders[sort.replace('-', '')] ?? orders.name;
  const sign = sort.startsWith('-') ? -1 : 1;
  if (sort !== 'name') found = [...found].sort((a, b) => (key(a) < key(b) ? -sign : key(a) > key(b) ? sign : 0));
  return found;
}

export function page(items, query) {
  const limit = Math.min(200, Number(query.get('limit') ?? 50));
  const from = Number(query.get('after') ?? 0);
  const next = from + limit < items.length ? String(from + limit) : null;
  return { items: items.slice(from, from + limit), next, total: items.length };
}
