// Looks at every place with Debian's Chromium against the mock server, in all sizes, both themes and languages: screenshots, and
// what a machine can see: overflow, errors of the page, broken policy, untranslated sentences, and what axe finds.
//
//   node tools/look.mjs                       everything, into shots/
//   node tools/look.mjs --only overview,domains --widths 1280 --themes light --languages en
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { start } from '../mock/server.mjs';

const given = {};
for (let i = 2; i < process.argv.length; i += 2) given[process.argv[i].replace(/^--/, '')] = process.argv[i + 1];
const list = (name, all) => (given[name] ? given[name].split(',') : all);

const visits = [
  ['overview', '/'],
  ['domains', '/domains'],
  ['domains-filtered', '/domains?status=spoofable&sort=-open_findings'],
  ['domains-nothing', '/domains?text=nothing-is-called-so'],
  ['domain-fix', '/domains/ministry.example'],
  ['domain-open', '/domains/ministry.example?open=dmarc-missing'],
  ['domain-senders', '/domains/bank.example/senders'],
  ['domain-keys', '/domains/bank.example/keys'],
  ['domain-history', '/domains/bank.example/history'],
  ['domain-facts', '/domains/bank.example/facts'],
  ['senders', '/senders'],
  ['sender', '/senders/service%3Aamazon-ses'],
  ['mail', '/mail'],
  ['mail-filtered', '/mail?action=reject&author=bank.example'],
  ['message', '/mail/mail4'],
  ['scan', '/scan'],
  ['quarantine', '/quarantine'],
  ['kept', '/quarantine/kept1'],
  ['kept-headers', '/quarantine/kept1/headers'],
  ['advice', '/advice'],
  ['advice-domain', '/advice/bank.example'],
  ['organisations', '/organisations'],
  ['accounts', '/accounts'],
  ['organisation', '/organisations/o1'],
  ['accounts-one', '/accounts/a9'],
  ['account', '/account'],
  ['tokens', '/tokens'],
  ['audit-log', '/audit-log'],
  ['settings', '/settings'],
  ['settings-reports', '/settings/reports'],
  ['settings-lists', '/settings/lists'],
  ['settings-system', '/settings/system'],
  ['nowhere', '/there/is/no/such/page'],
  ['overview-empty', '/', { empty: true, domains: 0 }],
  ['quarantine-empty', '/quarantine', { empty: true }],
  ['mail-empty', '/mail', { empty: true, still: true }],
  ['overview-broken', '/', { broken: 'overview_read' }],
  ['overview-marks', '/', { marks: true }],
  ['sign-in', '/', { state: 'anonymous' }],
  ['sign-in-second', '/', { state: 'pending' }],
  ['enrol', '/enrol', { state: 'enrolling' }],
  ['helpdesk', '/', { role: 'helpdesk' }],
];
const heights = { 360: 740, 768: 1024, 1280: 800, 1920: 1080 };
const shots = new URL('../shots/', import.meta.url).pathname;
mkdirSync(shots, { recursive: true });
const axe = readFileSync(new URL('../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

const only = given.only?.split(',');
const faults = [];
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
const servers = new Map();
const server_for = async (options = {}) => {
  const key = JSON.stringify(options);
  if (!servers.has(key)) servers.set(key, await start({ domains: 100_000, demo: true, every: 4000, ...options }));
  return `http://localhost:${servers.get(key).address().port}`;
};

// Sentences that are the server's or the world's, and stay as they are in Urdu.
const seen_by_machine = () => {
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  const english = [];
  if (document.documentElement.lang === 'ur') {
    for (const element of document.querySelectorAll('h1,h2,th,label,button,legend,.rail-name,[role=columnheader],.tabs a,dt')) {
      const text = [...element.childNodes]
        .filter((node) => node.nodeType === 3)
        .map((node) => node.textContent)
        .join(' ')
        .trim();
      if (/[a-z]{4,}/.test(text) && !/[\u0600-\u06ff]/.test(text) && !element.closest('bdi,[dir=ltr],[dir=auto]'))
        english.push(text.slice(0, 60));
    }
  }
  const cut = [];
  for (const element of document.querySelectorAll('button, .tabs a, th, .state')) {
    if (element.scrollWidth > element.clientWidth + 2 && element.clientWidth > 0 && getComputedStyle(element).overflow !== 'visible')
      cut.push(element.textContent.slice(0, 40));
  }
  return { wide, english: [...new Set(english)], cut };
};

for (const language of list('languages', ['en', 'ur'])) {
  for (const theme of list('themes', ['light', 'dark'])) {
    for (const width of list('widths', Object.keys(heights)).map(Number)) {
      for (const [name, path, options] of visits) {
        if (only && !only.includes(name)) continue;
        const shot = `${name}-${width}-${theme}-${language}`;
        const origin = await server_for({ ...options, language });
        const context = await browser.newContext({
          viewport: { width, height: heights[width] ?? 800 },
          colorScheme: theme,
          locale: language === 'ur' ? 'ur-PK' : 'en-GB',
          reducedMotion: 'reduce',
        });
        await context.addInitScript(
          ([spoken]) => {
            if (window.top === window) localStorage.setItem('rampart.language', spoken);
          },
          [language],
        );
        const page = await context.newPage();
        const tell = (fault) => faults.push(`${shot}: ${fault}`);
        page.on('console', (message) => {
          if (message.type() === 'error' && !/status of (4|5)\d\d/.test(message.text())) tell(`console: ${message.text().slice(0, 300)}`);
        });
        page.on('pageerror', (error) => tell(`error: ${error.message.slice(0, 300)}`));
        page.on('request', (request) => {
          if (!request.url().startsWith(origin) && !/^(data|about|blob):/.test(request.url())) tell(`outside: ${request.url()}`);
        });
        await page.goto(origin + path, { waitUntil: 'load' });
        await page.waitForTimeout(Number(given.wait ?? 700));
        await page.evaluate(() => document.fonts.ready);
        const machine = await page.evaluate(seen_by_machine);
        if (machine.wide > 0) tell(`${machine.wide} px wider than the screen`);
        if (machine.english.length) tell(`English in Urdu: ${machine.english.join(' | ')}`);
        if (machine.cut.length) tell(`cut: ${machine.cut.join(' | ')}`);
        await page.screenshot({ path: `${shots}${shot}.png`, fullPage: given.full === 'yes' });
        if ((width === 1280 || width === 360) && given.axe !== 'no') {
          // Past the page's policy, as a browser's extension would be.
          const session = await context.newCDPSession(page);
          await session.send('Page.setBypassCSP', { enabled: true });
          await session.send('Runtime.evaluate', { expression: axe });
          const result = await page.evaluate(() =>
            window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'], iframes: false }),
          );
          for (const violation of result.violations) {
            tell(
              `axe ${violation.impact} ${violation.id}: ${violation.nodes
                .slice(0, 3)
                .map((node) => node.html.slice(0, 120))
                .join(' ~ ')}`,
            );
          }
        }
        await context.close();
      }
    }
  }
}
await browser.close();
for (const server of servers.values()) {
  server.closeAllConnections?.();
  server.close();
}
writeFileSync(`${shots}faults.txt`, `${faults.join('\n')}\n`);
console.log(faults.length ? faults.join('\n') : 'nothing that a machine can see');
process.exit(faults.length ? 1 : 0);
