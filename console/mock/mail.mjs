// A day of mail, and more of it while somebody looks. Strangers call themselves what strangers do.
import { time } from './domains.mjs';

const causes = {
  'dmarc-reject': { code: 'dmarc-reject', text: 'DMARC fails, and bank.example asks for reject', section: 'RFC 9989 section 5.3' },
  'link-away': { code: 'link-away', text: 'a link shows bank.example and leads to evil.example', section: '' },
  'blocked-client': { code: 'blocked-client', text: 'its sender is on the block list', section: '' },
  'dns-trouble': {
    code: 'dns-trouble',
    text: 'DNS did not answer for bank.example; it is asked again later',
    section: 'RFC 7208 section 2.6.6',
  },
};
const kinds = [
  ['accept', null],
  ['accept', null],
  ['accept', null],
  ['accept', null],
  ['quarantine', 'link-away'],
  ['reject', 'dmarc-reject'],
  ['reject', 'blocked-client'],
  ['tempfail', 'dns-trouble'],
];
const authors = [
  'bank.example',
  'ministry.example',
  'post.example',
  'newsletter.shop.example',
  'xn--mgbai9azgqp6j.example',
  'a-very-long-name-of-a-domain-that-nobody-types.department.university.example',
];
const subjects = [
  'Your bank account',
  'Minutes of the meeting on Thursday',
  '<script>alert(1)</script><img src=x onerror=alert(2)>',
  'تنخواہ کی پرچی برائے نومبر',
  'Invoice \u202egpj.exe',
  '',
  'Re: Re: Re: tender 2026/114, revised terms and a subject that goes on for much longer than anybody will ever read on a list of mail in one line',
];

export function event(i, seconds_ago = i * 7) {
  const [action, cause] = kinds[(i * 7) % kinds.length];
  const author = authors[i % authors.length];
  const kept = action === 'quarantine' ? `kept${i}` : '';
  return {
    schema: 'rampart.event/1',
    id: `mail${i}`,
    at: time(seconds_ago),
    mode: 'enforce',
    asked: action,
    answered: action,
    queue_id: `4fYq5k${i.toString(36).toUpperCase()}z9sX`,
    client: `203.0.113.${i % 250}`,
    role: i % 9 === 0 ? 'submission' : 'inbound',
    user: i % 9 === 0 ? 'omar' : '',
    mail_from: `${i % 5 === 2 ? '"<script>x</script>"' : 'bounce'}@${author}`,
    recipients: i % 6 === 0 ? ['omar@ministry.example', 'ayesha@ministry.example', 'zain@ministry.example'] : ['omar@ministry.example'],
    author,
    subject: subjects[i % subjects.length],
    message_id: `${i}@${author}`,
    size: 2000 + ((i * 7919) % 90000),
    draw: 312,
    results: `mx.ministry.example; spf=${action === 'reject' ? 'fail' : 'pass'} smtp.mailfrom=${author}; dkim=${action === 'accept' ? 'pass' : 'none'} header.d=${author} header.s=s1; dmarc=${action === 'reject' ? 'fail' : 'pass'} header.from=${author}`,
    signed_by: action === 'accept' ? [author] : [],
    sealed_by: '',
    kept,
    took_us: 4000 + ((i * 131) % 9000),
    causes: cause ? [causes[cause]] : [],
    sender: null,
  };
}

export const day_of_mail = () => Array.from({ length: 600 }, (_, i) => event(i));

export function list_mail(events, query) {
  const actions = query.getAll('action');
  const has = (name, of) => !query.get(name) || of.toLowerCase().includes(query.get(name).toLowerCase().replace(/^@/, ''));
  return events.filter(
    (each) =>
      (!actions.length || actions.includes(each.answered)) &&
      has('author', each.author) &&
      has('recipient', each.recipients.join(' ')) &&
      has('sender', each.mail_from) &&
      has('text', each.subject) &&
      has('client', each.client) &&
      (!query.get('cause') || each.causes.some((cause) => cause.code === query.get('cause'))),
  );
}

export function kept_of(i) {
  const source = event(i, i * 340);
  return {
    id: `kept${i}`,
    received: source.at,
    state: ['kept', 'kept', 'kept', 'released', 'deleted', 'releasing'][i % 6],
    changed: source.at,
    by: i % 6 > 2 ? 'ayesha@ministry.example' : '',
    action: 'quarantine',
    causes: [causes[i % 2 ? 'link-away' : 'dmarc-reject']],
    author: source.author,
    from: `"${i % 4 === 1 ? '<script>alert(1)</script>' : 'Bank'}" <ceo@${source.author}>`,
    subject: source.subject,
    message_id: source.message_id,
    mail_from: source.mail_from,
    recipients: source.recipients,
    client: source.client,
    helo: 'mail.evil.example',
    queue_id: source.queue_id,
    size: source.size,
    sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  };
}

export function buckets(count, step, scale = 1) {
  const now = Math.floor(Date.now() / 1000 / step) * step;
  return Array.from({ length: count }, (_, i) => {
    const at = now - (count - 1 - i) * step;
    const hour = new Date(at * 1000).getUTCHours();
    const day = Math.max(0.1, Math.sin(((hour - 5) / 24) * Math.PI * 2) + 0.9);
    const wave = (k) => 0.75 + 0.5 * Math.abs(Math.sin(at / 4000 + k));
    return {
      at: new Date(at * 1000).toISOString().replace(/\.\d+Z/, 'Z'),
      accept: Math.round(420 * day * wave(1) * scale),
      quarantine: Math.round(9 * wave(2) * scale),
      tempfail: Math.round(3 * wave(3) * scale),
      reject: Math.round((i > count * 0.6 && i < count * 0.75 ? 160 : 34) * wave(4) * scale),
    };
  });
}

export const rendering = (id) => ({
  id,
  headers: [
    { name: 'Return-Path', value: '<x@evil.example>', explained: 'where bounces go; the server wrote it', causes: [] },
    {
      name: 'Received',
      value: 'from mail.evil.example (203.0.113.9) by mx.ministry.example',
      explained: 'the way through our own server: the one line that is certain',
      causes: [],
    },
    {
      name: 'From',
      value: '"Bank <script>alert(1)</script>" <ceo@bank.example>',
      explained: 'who the message says wrote it',
      causes: ['dmarc-reject'],
    },
    { name: 'To', value: 'omar@ministry.example', explained: 'whom the message names; the envelope decides', causes: [] },
    { name: 'Subject', value: 'Your account is locked', explained: null, causes: ['words-urgent'] },
    { name: 'Reply-To', value: 'bank.security@freemail.example', explained: 'where an answer would go', causes: ['reply-elsewhere'] },
    { name: 'X-Mailer', value: 'x'.repeat(180), explained: null, causes: [] },
  ],
  path: {
    client: { address: '203.0.113.9', name: 'mail.evil.example', confirmed: false },
    envelope: {
      domain: 'evil.example',
      result: 'pass',
      aligned: false,
      why: 'evil.example lists 203.0.113.9, but the From claims bank.example',
    },
    signatures: [{ domain: 'evil.example', selector: 's1', result: 'pass', aligned: false, why: 'signed, but by another domain' }],
    author: { domain: 'bank.example', result: 'fail', policy: 'reject', why: 'no identity aligns' },
  },
  parts: [
    {
      path: '1',
      type: 'text/html',
      name: '',
      charset: 'utf-8',
      size: 812,
      sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
      attachment: false,
      shown: true,
      found: [{ code: 'link-away', evidence: 'shown bank.example, leads to evil.example' }],
      rules: [],
      unseen: null,
    },
    {
      path: '2',
      type: 'application/zip',
      name: 'invoice<script>.zip',
      charset: '',
      size: 48121,
      sha256: '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae',
      attachment: true,
      shown: false,
      found: [{ code: 'archive-program', evidence: 'invoice.exe in invoice.zip' }],
      rules: [],
      unseen: null,
    },
    {
      path: '3',
      type: 'application/pdf',
      name: 'terms.pdf',
      charset: '',
      size: 9120000,
      sha256: '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae',
      attachment: true,
      shown: false,
      found: [],
      rules: [],
      unseen: 'larger than 8 MiB',
    },
  ],
  bodies: [
    {
      part: '1',
      kind: 'html',
      html: '<p>Dear customer,</p><p><mark data-cause="words-urgent">Your account will be locked within 24 hours.</mark> Please confirm at <span data-shown="link">bank.example</span> <bdi dir="ltr" data-shown="target"><mark data-cause="link-away">http://evil.example/login?id=81</mark></bdi></p><p>The Bank</p>',
      notices: [
        { notice: 'scripts', text: 'scripts were left out', count: 1, evidence: '' },
        { notice: 'images', text: 'pictures from elsewhere were not fetched', count: 3, evidence: 'http://track.evil.example/p.gif' },
      ],
    },
  ],
  text: { part: '1', text: 'Dear customer,\nYour account will be locked within 24 hours. Please confirm at bank.example\n', cut: false },
  links: [
    {
      part: '1',
      kind: 'anchor',
      text: 'bank.example',
      target: 'http://evil.example/login?id=81',
      host: 'evil.example',
      facts: ['registered 3 days ago'],
      claimed: 'bank.example',
      count: 1,
      hidden: false,
    },
  ],
  links_left_out: 0,
  marks: [
    { code: 'link-away', text: 'evil.example', places: 1 },
    { code: 'words-urgent', text: 'within 24 hours', places: 1 },
  ],
  extent: 'all',
  fault: null,
});
