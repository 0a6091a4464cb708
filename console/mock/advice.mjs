// Advice for one domain that has a month of reports: one sender in the way.
const rate = (mean, low, high) => ({ mean, low, high, confidence: 0.95 });
const source = (id, name, kind, standing, mail, trend = 'steady') => ({
  id,
  name,
  kind,
  confidence: kind === 'unknown' ? 'unknown' : 'certain',
  standing,
  by_owner: false,
  provider: null,
  mail,
  lists: 0,
  first_day: '2026-07-29',
  last_day: '2026-11-25',
  trend,
  evidence: [`${mail.messages} messages, of which ${mail.fail} fail`],
});

export function ladder(policy, test = false) {
  const rungs = ['none', 'quarantine-test', 'quarantine', 'reject-test', 'reject'];
  const at = rungs.indexOf(policy + (test ? '-test' : ''));
  return rungs.map((rung, i) => ({
    rung,
    record:
      i <= at
        ? null
        : `v=DMARC1; p=${rung.replace('-test', '')}; sp=${rung.replace('-test', '')}${rung.endsWith('-test') ? '; t=y' : ''}; rua=mailto:dmarc@bank.example`,
    state: i < at ? 'passed' : i === at ? 'current' : i === at + 1 ? 'next' : 'later',
  }));
}

export const advice = (domain, policy = 'quarantine', subdomains = false) => ({
  schema: 'rampart.advise/1',
  domain,
  today: '2026-11-28',
  verdict: 'not-ready',
  tried: policy,
  headline: `not ready for p=${policy}: payroll.example: 120 of 120 messages fail DMARC; look again on 2026-12-24`,
  sentence: `Enforcing p=${policy} today would have stopped 1,200 forged messages and no real messages in 30 days. payroll.example, last seen on 2026-10-24, would have lost 120 of its 120 messages.`,
  look_again: '2026-12-24',
  current: {
    from: 'dns',
    record: `v=DMARC1; p=none; rua=mailto:dmarc@${domain}`,
    own: true,
    policy: 'none',
    test: false,
    since: '2026-07-29',
    days: 122,
  },
  next: {
    name: `_dmarc.${domain}`,
    record: `v=DMARC1; p=quarantine; sp=quarantine; pct=0; t=y; rua=mailto:dmarc@${domain}`,
    policy: 'quarantine',
    test: true,
    now: false,
    says: 'A test of p=quarantine: receivers of RFC 9989 read t=y and those of RFC 7489 pct=0, and both deliver what fails as before.',
  },
  rollback: `v=DMARC1; p=none; rua=mailto:dmarc@${domain}`,
  gates: [
    {
      gate: 'coverage',
      state: 'pass',
      says: '30 of 30 days, 3 reporters, 360 reports, the last of 2026-11-25',
      evidence: [`reports go to mailto:dmarc@${domain}, which takes them`],
    },
    {
      gate: 'inventory',
      state: 'pass',
      says: '4 sources in 400 days: 3 yours, 0 handing on, 1 forged, 0 not classified',
      evidence: ['Your own servers (yours): 12,000 messages: 12,000 by DKIM'],
    },
    {
      gate: 'authentication',
      state: 'block',
      says: 'aligned DKIM, or SPF, on their mail: 2 of 3 senders',
      evidence: ['payroll.example: 120 messages: 0 by DKIM, 0 by SPF alone, 120 fail (2026-09-25 to 2026-10-24)'],
    },
    {
      gate: 'blast-radius',
      state: 'pass',
      says: `p=${policy} on 2026-10-27 to 2026-11-25: of your 3,600 messages it stops 0, of others 1,200 forged`,
      evidence: ['yours: none a day (with 95 % confidence fewer than 0.12)'],
    },
    { gate: 'indirect', state: 'pass', says: 'handed on in 400 days: 0 messages', evidence: [] },
    { gate: 'subdomains', state: 'unknown', says: 'the zone could not be asked: SERVFAIL from 3 of 3 servers', evidence: [] },
    { gate: 'stability', state: 'wait', says: 'p=none for 22 of 30 days, since 2026-11-06', evidence: [] },
    { gate: 'rollback', state: 'pass', says: 'the record as it stands is kept; its TTL is 3,600 seconds', evidence: [] },
  ],
  blockers: [
    {
      gate: 'authentication',
      source: 'own:payroll',
      says: 'payroll.example: 120 of 120 messages fail DMARC (2026-09-25 to 2026-10-24); it sends about every 30 days, and next about 2026-12-23',
      mend: `Ask who runs it to sign with DKIM as d=${domain} with a key that you publish, or send that mail by a service that does`,
      help: null,
      until: '2026-12-24',
      waits: false,
      acceptable: true,
      accepted: false,
    },
  ],
  blast: {
    policy,
    subdomains,
    from: '2026-10-27',
    to: '2026-11-25',
    forged: 1200,
    legitimate: 120,
    handed_on: 4,
    lists: 4,
    unclear: 12,
    legitimate_messages: 3720,
    by_spf: 0,
    estimated: 0,
    legitimate_a_day: rate(4, 3.3, 4.8),
    sources: [
      { source: 'own:payroll', messages: 120, stopped: 120, by_spf: 0, before_mended: 0, stopped_a_day: rate(4, 3.3, 4.8) },
      { source: 'service:sendgrid', messages: 600, stopped: 0, by_spf: 0, before_mended: 0, stopped_a_day: rate(0, 0, 0.12) },
      { source: 'spoofing', messages: 1200, stopped: 1200, by_spf: 0, before_mended: 0, stopped_a_day: rate(40, 38, 42) },
    ],
  },
  sources: [
    source('own', 'Your own servers', 'own', 'legitimate', { messages: 12000, dkim: 12000, spf_only: 0, fail: 0 }),
    source('service:sendgrid', 'SendGrid', 'service', 'legitimate', { messages: 2400, dkim: 2400, spf_only: 0, fail: 0 }),
    source('own:payroll', 'payroll.example', 'own', 'legitimate', { messages: 360, dkim: 0, spf_only: 0, fail: 360 }, 'quiet'),
    source('spoofing', 'Spoofing', 'spoofing', 'forged', { messages: 4800, dkim: 0, spf_only: 0, fail: 4800 }, 'rising'),
  ],
  reporters: [{ name: 'google.com', ground: 'known', counts: true, messages: 3000, first_day: '2026-07-29', last_day: '2026-11-25' }],
  said_aside: [],
  lookups: { unanswered: 0, left_out: 0, named: [] },
  honours: { messages: 3000, reads_t: 1000, reads_pct: 1000, unknown: 1000, acts: 0, t: [], pct: [], seen_t: [], seen_pct: [] },
  watch: ['reasons policy_test_mode and sampled_out in the reports'],
  spf: null,
  notes: [],
  steps: [],
});
