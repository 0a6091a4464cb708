// What the mock server answers where the API's examples are not enough: sessions, volumes, live events.
import { readFileSync } from 'node:fs';
import { advice, ladder } from './advice.mjs';
import { audit_of, list_domains, make_domains, organisations, page, time } from './domains.mjs';
import { buckets, day_of_mail, event, kept_of, list_mail, rendering } from './mail.mjs';
import { problem } from './problem.mjs';
import { answer_of } from './examples.mjs';

const plans = JSON.parse(readFileSync(new URL('./data/plans.json', import.meta.url), 'utf8'));
const raw = readFileSync(new URL('./data/spoofed.eml', import.meta.url), 'utf8');
const everything = [
  'self',
  'domains.read',
  'domains.write',
  'audits.run',
  'fixes.read',
  'fixes.publish',
  'reports.read',
  'reports.upload',
  'senders.write',
  'mail.read',
  'mail.scan',
  'quarantine.read',
  'quarantine.content',
  'quarantine.release',
  'quarantine.delete',
  'lists.read',
  'lists.write',
  'organisations.read',
  'organisations.write',
  'accounts.read',
  'accounts.write',
  'tokens.write',
  'settings.read',
  'settings.write',
  'audit-log.read',
  'export',
  'system.read',
];
const ok = (body) => ({ status: 200, body });

export function make_answers(api, options) {
  const world = {
    state: options.state ?? 'signed-in',
    proven: Boolean(options.proven),
    domains: make_domains(Number(options.domains ?? 214)),
    mail: options.empty ? [] : day_of_mail(),
    kept: options.empty ? [] : Array.from({ length: 80 }, (_, i) => kept_of(i)),
    factors: [],
    missing: ['address', 'password', 'factor'],
  };
  const by_name = new Map(world.domains.map((row) => [row.domain, row]));

  const session = () => ({
    state: world.state,
    account: world.state === 'anonymous' ? null : { id: 'a1', name: 'ayesha@ministry.example', shown_name: 'Ayesha Khan' },
    role: world.state === 'signed-in' ? (options.role ?? 'owner') : null,
    scope: world.state === 'signed-in' ? { everything: true, organisations: [] } : null,
    permissions:
      world.state === 'signed-in'
        ? options.role === 'helpdesk'
          ? ['self', 'quarantine.read', 'quarantine.content', 'quarantine.release']
          : everything
        : [],
    factors: ['webauthn', 'totp', ...(world.state === 'pending' ? ['recovery'] : [])],
    csrf: 'm3Qx0cV1uT5wYb7zK9hJ2A',
    proven: time(60),
    step_up_until: null,
    expires: time(-36000),
    demo: Boolean(options.demo),
    language: options.language ?? 'en',
    public_url: 'http://localhost',
    version: '0.1.0',
    owner_exists: options.state !== 'first',
  });
  if (world.state === 'first') world.state = 'anonymous';

  const enrolment = () => ({
    purpose: 'owner',
    name: '',
    shown_name: '',
    language: 'en',
    has_password: !world.missing.includes('password'),
    has_totp: world.factors.length > 0,
    keys: 0,
    missing: world.missing,
    password: { min_length: 12, max_length: 1024 },
    expires: time(-1500),
    csrf: 'q8Zr4nB6eW1sDf3gH5jK7L',
  });
  const totp = { id: 'f1', kind: 'totp', name: 'Authenticator app', created: time(0), last_used: null, transports: [], backed_up: null };
  const example = (id) => {
    for (const item of Object.values(api.paths)) {
      for (const operation of Object.values(item)) if (operation?.operationId === id) return answer_of(api, operation);
    }
    return null;
  };

  const answers = {
    session_read: () => ok(session()),
    session_sign_in: ({ body }) => {
      if (JSON.parse(body).password === 'wrong') return problem(401, 'sign-in-failed', 'name or password is wrong', '/api/v1/session');
      world.state = 'pending';
      return ok(session());
    },
    session_totp: ({ body }) => {
      if (JSON.parse(body).code === '000000')
        return problem(401, 'sign-in-failed', 'the code is wrong, or was used already', '/api/v1/session/totp');
      world.state = 'signed-in';
      return ok(session());
    },
    session_end: () => {
      world.state = 'anonymous';
      return { status: 204 };
    },
    step_up_totp: () => {
      world.proven = true;
      return ok(session());
    },
    oidc_providers: () => ok({ providers: [{ id: 'ministry', name: 'Ministry sign-on' }] }),
    enrolment_open: () => ok(enrolment()),
    enrolment_read: () =>
      world.state === 'enrolling' ? ok(enrolment()) : problem(401, 'sign-in-required', 'no enrolment is open in this browser'),
    enrolment_password: ({ body }) => {
      if (JSON.parse(body).password === 'password12345')
        return problem(422, 'invalid', 'it is on the list of passwords that others have lost', '', { where: 'body.password' });
      world.missing = world.missing.filter((each) => each === 'factor');
      return ok(enrolment());
    },
    enrolment_totp_confirm: () => {
      world.factors = [totp];
      world.missing = world.missing.filter((each) => each !== 'factor');
      return ok(enrolment());
    },
    enrolment_finish: () => {
      world.state = 'signed-in';
      return ok({
        recovery_codes: Array.from({ length: 10 }, (_, i) => `${(i + 11) * 7919}-k3m9x-p2w7q`.slice(0, 17)),
        session: session(),
      });
    },
    notices_list: () => ok({ items: options.marks ? example('notices_list').body.items : [] }),
    overview_read: () => {
      const count = (status) => world.domains.filter((row) => row.status === status).length;
      const worst = world.domains.filter((row) => row.status === 'spoofable').slice(0, 5);
      const day = buckets(24, 3600);
      return ok({
        now: time(0),
        domains: {
          total: world.domains.length,
          spoofable: count('spoofable'),
          partly_protected: count('partly-protected'),
          protected: count('protected'),
          unknown: count('unknown'),
        },
        under_attack: options.empty ? [] : [{ domain: 'ministry.example', messages: 412, since: time(5 * 3600), delivered: 3 }],
        worst: options.empty ? [] : worst,
        mail: {
          from: day[0].at,
          to: time(0),
          step_seconds: 3600,
          known: !options.empty,
          why: options.empty ? 'no guard has written into this store' : null,
          buckets: options.empty ? [] : day,
          annotations: options.empty
            ? []
            : [
                { at: day[9].at, domain: 'bank.example', kind: 'policy', text: 'DMARC policy is quarantine now' },
                { at: day[18].at, domain: 'post.example', kind: 'key', text: 'DKIM key s2 signs from now on' },
              ],
        },
        changes: {
          since: time(86400),
          more: 2,
          items: options.empty
            ? []
            : [
                {
                  at: time(3 * 3600),
                  domain: 'bank.example',
                  what: 'appeared',
                  code: 'dmarc-missing',
                  title: 'There is no DMARC record',
                  effective: 'critical',
                },
                {
                  at: time(5 * 3600),
                  domain: 'post.example',
                  what: 'went',
                  code: 'spf-too-many-lookups',
                  title: 'SPF needs more than 10 lookups',
                  effective: 'medium',
                },
                {
                  at: time(9 * 3600),
                  domain: 'xn--mgbai9azgqp6j.example',
                  what: 'appeared',
                  code: 'key-short',
                  title: 'A DKIM key has 1024 bits',
                  effective: 'low',
                },
              ],
        },
        deadlines: options.empty
          ? []
          : [
              { at: time(-2 * 86400), kind: 'key', domain: 'bank.example', text: 'DKIM key s1 has to be replaced' },
              { at: time(-6 * 86400), kind: 'certificate', domain: null, text: 'the console’s certificate ends' },
              { at: time(-26 * 86400), kind: 'advice', domain: 'tax.example', text: 'look again whether p=reject would lose mail' },
            ],
      });
    },
    domains_list: ({ query }) => ok(page(options.empty ? [] : list_domains(world.domains, query), query)),
    domains_read: ({ path }) => {
      const row = by_name.get(path.domain);
      if (!row) return problem(404, 'not-found', `there is no domain ${path.domain} here`);
      return ok({
        row,
        contact: 'postmaster@ministry.example',
        sector: 'government',
        selectors: ['s1', 'mail'],
        tags: [{ name: 'critical', value: null }],
        note: '',
        first_audit: time(90 * 86400),
        last_change: time(86400),
        job: null,
        risks: [],
      });
    },
    domains_report: ({ path }) => ok({ schema: 'rampart.audit/1', ...audit_of(path.domain) }),
    domains_findings: ({ path }) => {
      const plan = plans[path.domain.split('.')[0]] ?? plans.ministry;
      return ok({
        items: audit_of(path.domain).findings.map((finding, i) => ({
          finding,
          since: time((i + 1) * 5 * 86400),
          steps: plan.steps.filter((step) => step.closes?.findings?.includes(finding.code)).map((step) => step.step),
          accepted: null,
        })),
        mended: [
          {
            code: 'dmarc-multiple',
            effective: 'high',
            title: 'There were two DMARC records',
            since: time(60 * 86400),
            gone: time(12 * 86400),
          },
        ],
      });
    },
    domains_plan: ({ path }) => {
      const plan = plans[path.domain.split('.')[0]] ?? plans.ministry;
      return ok({ ...plan, domain: path.domain });
    },
    domains_history: ({ path }) =>
      ok({
        schema: 'rampart.history/1',
        domain: path.domain,
        first: time(90 * 86400),
        last: time(3600),
        status: 'spoofable',
        grade: 'F',
        states: [
          { number: 1, first: time(90 * 86400), last: time(40 * 86400), status: 'spoofable', grade: 'F' },
          { number: 2, first: time(40 * 86400), last: time(12 * 86400), status: 'partly-protected', grade: 'C' },
          { number: 3, first: time(12 * 86400), last: time(3600), status: 'spoofable', grade: 'F' },
        ],
        findings: [
          { code: 'dmarc-missing', effective: 'critical', title: 'There is no DMARC record', since: time(12 * 86400), gone: null },
          { code: 'dmarc-policy-none', effective: 'high', title: 'p=none stops nobody', since: time(40 * 86400), gone: time(12 * 86400) },
        ],
        keys: [{ selector: 's1', fingerprint: 'sha256:9f86d081884c7d65', first_seen: time(90 * 86400) }],
      }),
    domains_advice: ({ path }) => ok(advice(path.domain)),
    domains_rehearsal: ({ path, query }) => ok(advice(path.domain, query.get('policy') ?? 'reject', query.get('subdomains') === 'true')),
    advice_list: ({ query }) =>
      ok(
        page(
          options.empty
            ? []
            : world.domains.slice(0, 60).map((row, i) => ({
                domain: row.domain,
                organisation: row.organisation,
                verdict: ['not-ready', 'ready', 'proven', 'stay', 'done', 'accepted', 'unknown'][i % 7],
                tried: 'quarantine',
                headline: [
                  'payroll.example: 120 of 120 messages fail DMARC',
                  'nothing is in the way of p=quarantine',
                  'p=reject stops no mail of yours',
                  'no reports for 9 days',
                  'p=reject stands',
                  'a blocker was accepted as a risk',
                  'DNS did not answer: SERVFAIL from 3 of 3 servers',
                ][i % 7],
                look_again: i % 3 ? '2026-12-24' : null,
                policy: ['none', 'quarantine', 'reject'][i % 3],
                ladder: ladder(['none', 'quarantine', 'reject'][i % 3]),
                gates: { pass: 5, wait: 1, block: i % 7 ? 0 : 1, unknown: 1, accepted: 0 },
              })),
          query,
        ),
      ),
    domains_publish: () =>
      world.proven
        ? { status: 202, body: job('publish', 'queued'), headers: { Location: '/api/v1/jobs/j1' } }
        : problem(403, 'step-up-required', 'fixes.publish needs a factor that was proven within 5 minutes'),
    jobs_read: ({ path }) => ok(job(path.id === 'j2' ? 'audit' : 'publish', 'done')),
    audits_start: () => ({ status: 202, body: { ...job('audit', 'running'), id: 'j2' }, headers: { Location: '/api/v1/jobs/j2' } }),
    mail_list: ({ query }) => ok({ ...page(list_mail(world.mail, query), query), total: null }),
    mail_read: ({ path }) => {
      const i = Number(path.id.replace(/\D/g, '') || 0);
      const found = event(i);
      return ok({ event: found, others: [], kept: found.kept ? [{ ...kept_of(i), id: found.kept }] : [] });
    },
    mail_rates: ({ query }) => {
      const by = query.get('by') ?? 'minute';
      const list = by === 'minute' ? buckets(120, 60, 1 / 60) : buckets(48, 3600);
      return ok({
        from: list[0].at,
        to: time(0),
        by,
        buckets: list,
        causes: [
          { code: 'dmarc-reject', messages: 412 },
          { code: 'link-away', messages: 31 },
        ],
        authors: [{ author: 'bank.example', messages: 412 }],
        median_us: 8120,
        p99_us: 91200,
        left_out: 0,
      });
    },
    quarantine_list: ({ query }) => {
      const state = query.get('state');
      return ok(
        page(
          world.kept.filter((each) => !state || each.state === state),
          query,
        ),
      );
    },
    quarantine_read: ({ path }) =>
      ok({
        kept: { ...kept_of(Number(path.id.replace(/\D/g, '') || 0)), id: path.id },
        events: [event(4)],
        verdict: 'This message was kept in quarantine: a link shows bank.example and leads to evil.example.',
      }),
    quarantine_message: ({ path }) => ok(rendering(path.id)),
    quarantine_raw: () => ({ status: 200, type: 'text/plain', body: raw }),
    quarantine_release: ({ path }) => {
      if (!world.proven) return problem(403, 'step-up-required', 'quarantine.release needs a factor that was proven within 5 minutes');
      const found = world.kept.find((each) => each.id === path.id);
      if (found) found.state = 'released';
      return ok({ kept: [found ?? kept_of(0)] });
    },
    quarantine_delete: ({ path }) => {
      const found = world.kept.find((each) => each.id === path.id) ?? kept_of(0);
      found.state = 'deleted';
      return ok(found);
    },
    senders_list: ({ query }) => ok(page(options.empty ? [] : senders(), query)),
    organisations_list: ({ query }) =>
      ok(
        page(
          organisations.map((each, i) => ({
            ...each,
            contact: 'cert@cert.example',
            language: i === 4 ? 'ur' : 'en',
            created: time(90 * 86400),
            domains: { total: 40 + i, spoofable: i * 2, partly_protected: 8, protected: 30 - i, unknown: 2 },
            accounts: i + 1,
          })),
          query,
        ),
      ),
    search_all: ({ query }) => {
      const q = (query.get('q') ?? '').toLowerCase();
      const hits = world.domains
        .filter((row) => row.domain.includes(q))
        .slice(0, 8)
        .map((row) => ({ kind: 'domain', id: row.domain, title: row.domain, detail: `${row.grade ?? '?'}, ${row.status}` }));
      const given = example('search_all')
        .body.items.slice(1)
        .filter((hit) => (hit.title + hit.id).toLowerCase().includes(q));
      return ok({ query: q, items: [...hits, ...given], unasked: [] });
    },
    system_read: () => {
      const given = structuredClone(example('system_read').body);
      if (!options.marks) given.marks = [];
      return ok(given);
    },
  };

  function job(kind, state) {
    const change = { action: 'add', name: '_dmarc.ministry.example', type: 'TXT', ttl: 3600, data: 'v=DMARC1; p=none', before: null };
    return {
      id: kind === 'audit' ? 'j2' : 'j1',
      kind,
      about: 'ministry.example',
      state,
      progress: { done: state === 'done' ? 1 : 0, of: 1 },
      by: 'ayesha@ministry.example',
      created: time(5),
      started: time(4),
      ended: state === 'done' ? time(0) : null,
      result:
        state !== 'done'
          ? null
          : kind === 'audit'
            ? { audited: 1, unknown: 0 }
            : {
                changed: [change],
                held_back: [],
                visible: [
                  { server: 'ns1.ministry.example', shows: true, why: '' },
                  { server: 'ns2.ministry.example', shows: false, why: 'it still has the zone of before' },
                ],
                before: { status: 'spoofable', grade: 'F', weaknesses: ['WK-3'] },
                after: { status: 'spoofable', grade: 'D', weaknesses: ['WK-4'] },
                rollback: 'r1',
              },
      problem: null,
    };
  }

  function senders() {
    const first = example('senders_list').body.items[0];
    const make = (id, name, kind, messages, authenticated, domains, trend) => ({
      ...first,
      id,
      name,
      kind,
      provider: id.startsWith('service') ? { id, name, kind: 'transactional' } : null,
      messages,
      authenticated,
      fail: messages - authenticated,
      domains,
      trend,
      confidence: kind === 'unknown' ? 'unknown' : 'certain',
    });
    return [
      make('service:amazon-ses', 'Amazon SES', 'service', 41200, 41100, 12, 'steady'),
      make('own', 'Your own servers', 'own', 121400, 121400, 96, 'rising'),
      make('own:payroll', 'payroll.example', 'own', 360, 0, 1, 'quiet'),
      make('forwarder:university', 'forward.university.example', 'forwarder', 812, 640, 22, 'steady'),
      make('spoofing', 'Spoofing', 'spoofing', 9211, 0, 31, 'rising'),
      make('unknown:203.0.113.0-24', '<script>alert("who")</script>', 'unknown', 44, 3, 2, 'fresh'),
    ];
  }

  return {
    async answer(route, asked) {
      if (options.broken === route.id)
        return problem(503, 'unavailable', 'the store is locked', asked.request.url, { where: '/var/lib/rampart/rampart.db' });
      return answers[route.id]?.(asked) ?? null;
    },
    events(request, response) {
      response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
      let next = 1000;
      const send = (type, data, id) => response.write(`${id ? `id: ${id}\n` : ''}event: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
      send('live', {});
      if (options.still) return;
      const timer = setInterval(
        () => {
          const made = event(next, 0);
          next += 1;
          world.mail.unshift(made);
          send('mail', made, made.id);
        },
        Number(options.every ?? 1500),
      );
      request.on('close', () => clearInterval(timer));
    },
  };
}
